import { agents } from './agent.js';
import { crashes } from './crash.js';
import { killed } from './killed.js';
import { limits } from './limits.js';
import { many, nothing } from './many.js';
import { output } from './output.js';
import { requests } from './requests.js';
import { startStop } from './start-stop.js';
import { storm } from './storm.js';

/** Everything that `npm run bench` measures, in the order of its table. */
export const ROWS = [startStop, agents, crashes, nothing, many, storm, requests, killed, output, limits];
