import { z } from 'zod';
import type { Operations } from '../operation.ts';

/** The routes of the inspector; docs/inspector.md describes its WebSocket. */
export const INSPECTOR_OPERATIONS = {
  getInspector: {
    tag: 'Host',
    summary: 'A page that shows the actors of this host live: their tree, statecharts, events and contexts.',
    answers: { 200: { what: 'The page.', content: { 'text/html': z.string() } } },
    problems: ['route_not_found'],
  },
  getStatelyInspector: {
    tag: 'Host',
    summary:
      'A page that opens the Stately inspector, or the one of --inspector-url, and shows the actors of this host in it.',
    answers: { 200: { what: 'The page.', content: { 'text/html': z.string() } } },
  },
  getInspectorAsset: {
    tag: 'Host',
    summary: 'A file of the page that opens the Stately inspector.',
    answers: { 200: { what: 'The file.', content: { 'text/css': z.string(), 'text/javascript': z.string() } } },
    problems: ['route_not_found'],
  },
} as const satisfies Operations;
