import { crashes } from './crash.js';
import { killed } from './killed.js';
import { limits } from './limits.js';
import { many, nothing } from './many.js';
import { output } from './output.js';
import { requests } from './requests.js';
import { startStop } from './start-stop.js';

/** Everything that `npm run bench` measures, in the order of its table. */
export const ROWS = [startStop, crashes, nothing, many, requests, killed, output, limits];
