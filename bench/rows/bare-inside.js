/** Bare routes in the process of a host that is started with `--import` of this file; its port stands in the file of BENCH_BARE_PORT. */
import { writeFileSync } from 'node:fs';
import { listenBare } from './bare-app.js';

const server = await listenBare();
server.unref();
writeFileSync(process.env.BENCH_BARE_PORT, String(server.address().port));
