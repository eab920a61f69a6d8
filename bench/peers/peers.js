import { coredinator } from './coredinator.js';
import { floor } from './floor.js';
import { pm2 } from './pm2.js';
import { runit } from './runit.js';
import { s6 } from './s6.js';
import { supervisord } from './supervisord.js';

/** All peers in the order of the table's columns; this host is the first, the floor the last. */
export const PEERS = [coredinator(), supervisord, pm2, runit, s6, floor];
