'use strict';

const HEIGHT_M = 4;
const AREA_M2 = 2;
/** Outflow of the open valve in m3/s at a level of 1 m. */
const VALVE_FLOW = 0.12;
const MEAN_INFLOW = 0.07;

/**
 * A tank with a varying inflow and an outlet valve that a controller moves. Levels are in metres, flows in cubic metres
 * per second; the valve is 0 (closed) to 1 (open).
 */
class Tank {
  level = HEIGHT_M / 2;
  inflow = MEAN_INFLOW;
  valve = 0.4;
  seconds = 0;

  /** Advances the simulation by `seconds` of plant time; the level stays between empty and full. */
  step(seconds) {
    this.seconds += seconds;
    const swing = 0.35 * Math.sin(this.seconds / 90) + 0.1 * (Math.random() - 0.5);
    this.inflow = MEAN_INFLOW * (1 + swing);
    const outflow = this.valve * VALVE_FLOW * Math.sqrt(this.level);
    this.level = Math.min(HEIGHT_M, Math.max(0, this.level + ((this.inflow - outflow) / AREA_M2) * seconds));
  }

  /** The values for readers of the plant. */
  tags() {
    return { level: round(this.level), inflow: round(this.inflow), valve: round(this.valve), height: HEIGHT_M };
  }
}

function round(value) {
  return Math.round(value * 1e4) / 1e4;
}

module.exports = { Tank };
