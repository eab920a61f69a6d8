import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

/** Builds the dashboard to where the host serves it from. Nothing goes inline: the page's policy takes only files of the host. */
export default defineConfig({
  root: import.meta.dirname,
  base: '/ui/',
  plugins: [react()],
  build: {
    outDir: fileURLToPath(new URL('../../dist/assets/ui', import.meta.url)),
    emptyOutDir: true,
    license: { fileName: 'LICENSES.md' }, // what is bundled comes without its own files
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    target: 'es2023',
    chunkSizeWarningLimit: 1_000,
  },
});
