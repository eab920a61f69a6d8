/** When a call is noted: about to be made, or made and not yet answered. */
export type When = 'before' | 'after';

/** Notes that a call is about to be made; returns what notes that it has been. */
export type Tracer = (name: string) => () => void;

type Method = (...given: unknown[]) => unknown;

/**
 * The same port, with each of its calls noted before and after it. Those of which `isSlow` says so take a turn of the event
 * loop, in which other things may happen.
 */
export function traced<Port extends object>(
  port: Port,
  name: string,
  tracer: Tracer,
  isSlow: (method: string) => boolean = () => false,
): Port {
  const methods = new Map<string, Method>();
  const wrapped = (key: string, method: Method): Method => {
    const label = `${name}.${key}`;
    const slow = isSlow(key);
    return (...given) => {
      const noteEnd = tracer(label);
      const answer = slow ? nextTurn().then(() => method.apply(port, given)) : method.apply(port, given);
      if (!(answer instanceof Promise)) {
        noteEnd();
        return answer;
      }
      return answer.finally(noteEnd);
    };
  };
  return new Proxy(port, {
    get: (_, key) => {
      const member: unknown = Reflect.get(port, key);
      if (typeof member !== 'function' || typeof key !== 'string') return member;
      const known = methods.get(key);
      if (known !== undefined) return known;
      const made = wrapped(key, member as Method); // any function may be called so
      methods.set(key, made);
      return made;
    },
  });
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
