import type { ReactNode } from 'react';
import type { KeyChangeView, ServiceChangeView } from '../../api/schemas/config.ts';
import { valueText } from '../../frontend/configuration/value-text.ts';
import './changes.css';

/** Keys of a configuration with the old and the new value. */
export function KeyChanges({ keys }: { readonly keys: readonly KeyChangeView[] }): ReactNode {
  if (keys.length === 0) return null;
  return (
    <ul className="key-changes">
      {keys.map(({ key, old, new: present }) => (
        <li key={key}>
          <code>{key}</code>: <del>{valueText(old)}</del> <span aria-hidden="true">→</span>{' '}
          <ins>{valueText(present)}</ins>
        </li>
      ))}
    </ul>
  );
}

/** What a new configuration does to services. */
export function ServiceChanges({ changes }: { readonly changes: readonly ServiceChangeView[] }): ReactNode {
  return changes.map(({ service_id: id, action, reason, keys }) => (
    <li key={id}>
      <b>{id}</b>: {action}, {reason}
      <KeyChanges keys={keys} />
    </li>
  ));
}

/** Which processes are stopped and launched again. */
export function Restarts({ ids }: { readonly ids: readonly string[] }): ReactNode {
  if (ids.length === 0) return <p>No process is restarted.</p>;
  return (
    <p>
      Restarts <b>{ids.join(', ')}</b>.
    </p>
  );
}
