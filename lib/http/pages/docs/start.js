/**
 * Starts Swagger UI once it is loaded, in the colours that the browser prefers, and adds what it leaves out for keyboards and screen
 * readers.
 */
const prefersDark = matchMedia('(prefers-color-scheme: dark)');
const docs = document.getElementById('docs');

function followColours() {
  document.documentElement.classList.toggle('dark-mode', prefersDark.matches);
}

/** The path and method of the operation that an element belongs to. */
function operationOf(element) {
  const summary = element.closest('.opblock')?.querySelector('.opblock-summary');
  const parts = ['.opblock-summary-method', '.opblock-summary-path'].map(
    (name) => summary?.querySelector(name)?.textContent ?? '',
  );
  return parts.join(' ').replaceAll('\u200b', '').trim();
}

function nameOfSelect(select) {
  if (select.id === 'servers') return 'Server';
  const row = select.closest('[data-param-name]');
  if (row !== null) return row.dataset.paramName;
  return `Media type of ${operationOf(select)}`;
}

function nameRegion(part, name) {
  part.setAttribute('role', 'region');
  part.setAttribute('aria-label', name);
}

/** What to do with which elements; each is done once. */
const ADDITIONS = [
  ['select:not([aria-label])', (select) => select.setAttribute('aria-label', nameOfSelect(select))],
  // A link inside a button cannot be reached; the button does the same.
  ['.opblock-summary-control a[href]', (link) => link.removeAttribute('href')],
  ['h3.opblock-tag:not([aria-level])', (heading) => heading.setAttribute('aria-level', '2')],
  ['h4:not([aria-level])', (heading) => heading.setAttribute('aria-level', '3')],
  ['h5:not([aria-level])', (heading) => heading.setAttribute('aria-level', '4')],
  ['textarea:not([aria-label])', (field) => field.setAttribute('aria-label', `Request body of ${operationOf(field)}`)],
  ['.information-container:not([role])', (part) => nameRegion(part, 'About the API')],
  ['.scheme-container:not([role])', (part) => nameRegion(part, 'Server')],
  ['pre.microlight:not([tabindex]), pre.example:not([tabindex])', (pre) => pre.setAttribute('tabindex', '0')],
  [
    'table[role="region"]:not([aria-label])',
    (table) =>
      table.setAttribute(
        'aria-label',
        `${table.className.includes('live') ? 'Response' : 'Responses'} of ${operationOf(table)}`,
      ),
  ],
];

function complete() {
  for (const [selector, add] of ADDITIONS) for (const element of docs.querySelectorAll(selector)) add(element);
}

prefersDark.addEventListener('change', followColours);
followColours();
new MutationObserver(complete).observe(docs, { childList: true, subtree: true });

/** What a reference within the document points to. */
function target(whole, reference) {
  const names = reference.slice(2).split('/');
  return names.reduce((part, name) => part?.[name.replaceAll('~1', '/').replaceAll('~0', '~')], whole);
}

/** `part` with what its references point to; one that leads into itself stays as it is. */
function dereferenced(whole, part, above = []) {
  if (typeof part !== 'object' || part === null) return part;
  if (Array.isArray(part)) return part.map((each) => dereferenced(whole, each, above));
  const { $ref: reference, ...others } = part;
  if (typeof reference === 'string' && reference.startsWith('#/') && !above.includes(reference)) {
    const found = dereferenced(whole, target(whole, reference), [...above, reference]);
    return { $$ref: reference, ...found, ...dereferenced(whole, others, above) }; // Swagger UI takes names from $$ref
  }
  return Object.fromEntries(Object.entries(part).map(([name, value]) => [name, dereferenced(whole, value, above)]));
}

/**
 * Instead of Swagger UI's own, which reads an OpenAPI 3.1 document as a whole for each operation that is opened: that takes
 * seconds. Ours refers to nothing outside itself.
 */
const resolver = {
  fn: {
    resolveSubtree: async (whole, path) => {
      const part = path.reduce((each, name) => each?.[name], whole);
      return { spec: dereferenced(whole, part), errors: [] };
    },
  },
};

SwaggerUIBundle({
  url: '/openapi.json',
  plugins: [() => resolver],
  dom_id: '#docs',
  deepLinking: true,
  displayRequestDuration: true,
  tryItOutEnabled: true,
  validatorUrl: null,
});
