package dev.proofsheet.testing;

import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * JUnit 5: a parameter {@link Mock} is a key of its own for each test, on one server for the whole run.
 * {@code @ExtendWith(ProofsheetExtension.class)}; what is served is named in the system property or variable of the
 * environment {@code PROOFSHEET_ARGS}.
 */
public final class ProofsheetExtension implements ParameterResolver {
    private static final ExtensionContext.Namespace OURS = ExtensionContext.Namespace.create(ProofsheetExtension.class);

    private record Kept(Proofsheet server) implements ExtensionContext.Store.CloseableResource, AutoCloseable {
        @Override
        public void close() {
            server.close();
        }
    }

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        var type = parameter.getParameter().getType();
        return type == Mock.class || type == Proofsheet.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        var server = server(context);
        if (parameter.getParameter().getType() == Proofsheet.class) return server;
        return context.getStore(OURS).getOrComputeIfAbsent("mock", name -> server.mock(), Mock.class);
    }

    private static Proofsheet server(ExtensionContext context) {
        var whole = context.getRoot().getStore(OURS);
        return whole.getOrComputeIfAbsent("server", name -> new Kept(Proofsheet.proofsheet(args())), Kept.class).server();
    }

    private static String[] args() {
        var said = System.getProperty("PROOFSHEET_ARGS", System.getenv().getOrDefault("PROOFSHEET_ARGS", ""));
        return said.isBlank() ? new String[0] : said.trim().split(" +");
    }
}
