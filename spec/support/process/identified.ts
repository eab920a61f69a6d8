import { identifyStateDir, type IdentityContext, type StateIdentity } from '../../../lib/store/state-identity.ts';

/** Identifies a state directory as a host does that goes on to use it. */
export async function identified(stateDir: string, context: IdentityContext): Promise<StateIdentity> {
  const { record, ...identity } = await identifyStateDir(stateDir, context);
  await record();
  return identity;
}
