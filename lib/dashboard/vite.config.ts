import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

/**
 * Builds the dashboard into the folder that the host serves. Nothing is inlined, because the page's policy allows only
 * files of the host.
 */
export default defineConfig({
  root: import.meta.dirname,
  base: '/ui/',
  plugins: [react()],
  build: {
    outDir: fileURLToPath(new URL('../../dist/assets/ui', import.meta.url)),
    emptyOutDir: true,
    license: { fileName: 'LICENSES.md' }, // the license texts of bundled libraries are not shipped otherwise
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    target: 'es2023',
    chunkSizeWarningLimit: 1_000,
    // main.tsx says why the page loads at first what the client of programs loads when it needs it.
    rolldownOptions: {
      checks: { ineffectiveDynamicImport: false },
      // The host serves names with one dot.
      output: { chunkFileNames: ({ name }) => `assets/${name.replaceAll('.', '-')}-[hash].js` },
    },
  },
});
