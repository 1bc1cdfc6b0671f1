// Shows window.openapi with Swagger UI. On a mock, calls go to the mock itself; from disk, nothing is called.
const settings = JSON.parse(document.body.dataset.settings);
const spec = window.openapi;
if (settings.tries) {
  spec.servers = settings.bases.map((base) => ({ url: location.origin + base, description: "this mock" }));
}
const ui = window.SwaggerUIBundle({
  spec,
  dom_id: "#reference",
  deepLinking: true,
  validatorUrl: null,
  docExpansion: "list",
  defaultModelsExpandDepth: 0,
  displayRequestDuration: true,
  supportedSubmitMethods: settings.tries ? ["get", "put", "post", "delete", "patch"] : [],
  onComplete: () => {
    if (settings.tries && settings.scheme) {
      ui.preauthorizeApiKey(settings.scheme, "sk-try-it");
    }
  },
});
