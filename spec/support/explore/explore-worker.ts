import { Campaign, type Share } from './campaign.ts';

process.send?.(await new Campaign(JSON.parse(process.argv[2] ?? '') as Share).run()); // passed by scripts/explore.js
process.disconnect();
