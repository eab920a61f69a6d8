/** The limits of requests.js: bare routes in a process of their own, which ends with its parent. */
import { listenBare } from './bare-app.js';

const server = await listenBare();
process.on('disconnect', () => process.exit());
process.send({ port: server.address().port });
