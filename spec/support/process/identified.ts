import { identifyStateDir, type IdentityContext, type StateIdentity } from '../../../lib/store/state-identity.ts';

/** Identifies a state directory, like a host that then uses it. */
export async function identified(stateDir: string, context: IdentityContext): Promise<StateIdentity> {
  const { record, ...identity } = await identifyStateDir(stateDir, context);
  await record();
  return identity;
}
