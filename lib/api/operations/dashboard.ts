import { z } from 'zod';
import type { Operations } from '../operation.ts';

/** The routes of the dashboard. */
export const DASHBOARD_OPERATIONS = {
  getDashboard: {
    tag: 'Dashboard',
    summary: 'The dashboard: agents and services with live states.',
    answers: { 200: { what: 'The page.', content: { 'text/html': z.string() } } },
    problems: ['route_not_found'],
  },
  getDashboardAsset: {
    tag: 'Dashboard',
    summary: 'A file of the dashboard; its name changes with its content.',
    answers: {
      200: {
        what: 'The file.',
        content: { 'text/css': z.string(), 'text/javascript': z.string(), 'image/svg+xml': z.string() },
      },
    },
    problems: ['route_not_found'],
  },
} as const satisfies Operations;
