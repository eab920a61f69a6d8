import { createHash } from 'node:crypto';
import type { NewObject } from './pod-parts.ts';

/** The names that Kubernetes gives to the processors for which there are shims. */
const ARCHITECTURES: Readonly<Partial<Record<string, string>>> = { x64: 'amd64', arm64: 'arm64' };

/** The architecture of this host as Kubernetes names it; null: there is no native shim for it. */
export function kubernetesArchitecture(arch: string = process.arch): string | null {
  return ARCHITECTURES[arch] ?? null;
}

/** The ConfigMap from which every pod gets the shim; its name changes with the shim, so it is never replaced. */
export function shimConfigMap(binary: Buffer): NewObject {
  const hash = createHash('sha256').update(binary).digest('hex').slice(0, 16);
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: `coredinator-shim-${hash}` },
    immutable: true,
    binaryData: { 'coredinator-shim': binary.toString('base64') },
  };
}
