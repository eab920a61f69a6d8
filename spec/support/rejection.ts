/** The reason with which `promise` rejects; throws if it resolves. */
export async function rejection(promise: Promise<unknown>): Promise<unknown> {
  let value: unknown;
  try {
    value = await promise;
  } catch (error) {
    return error;
  }
  throw new Error(`It should have rejected, but it resolved with ${JSON.stringify(value)}.`);
}
