/** Starts Swagger UI once it is loaded, in the colours that the browser prefers, and names what it leaves without a name. */
const prefersDark = matchMedia('(prefers-color-scheme: dark)');

function followColours() {
  document.documentElement.classList.toggle('dark-mode', prefersDark.matches);
}

prefersDark.addEventListener('change', followColours);
followColours();

SwaggerUIBundle({
  url: '/openapi.json',
  dom_id: '#docs',
  deepLinking: true,
  displayRequestDuration: true,
  tryItOutEnabled: true,
  validatorUrl: null,
});
