import type { Transition } from './chart.ts';

/** The label of a transition: `event [guard]`. */
export function labelOf({ trigger, guard }: Pick<Transition, 'trigger' | 'guard'>): string {
  const what = triggerText(trigger);
  return guard === null ? what : `${what} [${guard}]`.trim();
}

function triggerText(trigger: Transition['trigger']): string {
  switch (trigger.type) {
    case 'event':
      return trigger.name;
    case 'after':
      return `after ${trigger.delay}`;
    case 'always':
      return '';
    case 'done':
      return `${trigger.src} done`;
    case 'error':
      return `${trigger.src} failed`;
  }
}
