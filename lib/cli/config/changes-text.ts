import type { KeyChangeView, ServiceChangeView } from '../../api/schemas/config.ts';
import { valueText } from '../../frontend/configuration/value-text.ts';
import type { HostContext } from '../host/context.ts';

type Look = Pick<HostContext, 'colors'>;

/** One line for each key that differs: `backoff.max: 30s → 1m`. */
export function keyLines({ colors }: Look, keys: readonly KeyChangeView[], indent: string): string {
  return keys
    .map(({ key, old, new: present }) => `${indent}${key}: ${colors.dim(valueText(old))} → ${valueText(present)}\n`)
    .join('');
}

/** Each service that differs, why it is restarted or not, and its keys. */
export function serviceLines(look: Look, changes: readonly ServiceChangeView[], indent: string): string {
  const lines = changes.map(({ service_id: id, action, reason, keys }) => {
    return `${indent}${look.colors.bold(id)}: ${action}, ${reason}\n${keyLines(look, keys, `${indent}  `)}`;
  });
  return lines.join('');
}
