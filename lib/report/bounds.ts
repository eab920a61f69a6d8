/** The most that a report has of each thing; what is left out is counted in it. */
export const BOUNDS = {
  /** Crashes with their output, the latest first. */
  crashes: 200,
  lineCharacters: 500,
  commands: 500,
  notes: 200,
  revisions: 100,
  lanes: 150,
  /** Services with charts, and with the versions that ran. */
  charts: 60,
  versions: 300,
  attention: 40,
  /** Pages that are searched for one of these lists: of events, 20,000 in all. */
  pages: 80,
} as const;
