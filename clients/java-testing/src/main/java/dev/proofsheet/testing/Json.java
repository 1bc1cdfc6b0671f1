package dev.proofsheet.testing;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** JSON as maps, lists, texts, doubles, booleans and null: what the control surface needs, without a library. */
final class Json {
    private final String text;
    private int at;

    private Json(String text) {
        this.text = text;
    }

    static Object read(String text) {
        var reader = new Json(text);
        var value = reader.value();
        reader.space();
        if (reader.at != text.length()) throw reader.wrong();
        return value;
    }

    static String write(Object value) {
        if (value instanceof Map<?, ?> map) {
            var members = new ArrayList<String>();
            map.forEach((name, each) -> members.add(quoted(String.valueOf(name)) + ":" + write(each)));
            return "{" + String.join(",", members) + "}";
        }
        if (value instanceof Iterable<?> list) {
            var items = new ArrayList<String>();
            list.forEach(each -> items.add(write(each)));
            return "[" + String.join(",", items) + "]";
        }
        return value instanceof CharSequence ? quoted(value.toString()) : String.valueOf(value);
    }

    private static String quoted(String text) {
        var made = new StringBuilder("\"");
        text.chars().forEach(each -> {
            if (each == '"' || each == '\\') made.append('\\').append((char) each);
            else if (each < ' ') made.append(String.format("\\u%04x", each));
            else made.append((char) each);
        });
        return made.append('"').toString();
    }

    private Object value() {
        space();
        return switch (next()) {
            case '{' -> object();
            case '[' -> list();
            case '"' -> string();
            case 't' -> word("true", true);
            case 'f' -> word("false", false);
            case 'n' -> word("null", null);
            default -> number();
        };
    }

    private Map<String, Object> object() {
        var found = new LinkedHashMap<String, Object>();
        at++;
        for (space(); next() != '}'; space()) {
            var name = string();
            space();
            expect(':');
            found.put(name, value());
            space();
            if (next() != '}') expect(',');
        }
        at++;
        return found;
    }

    private List<Object> list() {
        var found = new ArrayList<>();
        at++;
        for (space(); next() != ']'; space()) {
            found.add(value());
            space();
            if (next() != ']') expect(',');
        }
        at++;
        return found;
    }

    private String string() {
        expect('"');
        var made = new StringBuilder();
        while (next() != '"') {
            var each = text.charAt(at++);
            if (each != '\\') {
                made.append(each);
                continue;
            }
            var escaped = next();
            at++;
            switch (escaped) {
                case 'n' -> made.append('\n');
                case 't' -> made.append('\t');
                case 'r' -> made.append('\r');
                case 'b' -> made.append('\b');
                case 'f' -> made.append('\f');
                case 'u' -> {
                    made.append((char) Integer.parseInt(text.substring(at, at + 4), 16));
                    at += 4;
                }
                default -> made.append(escaped);
            }
        }
        at++;
        return made.toString();
    }

    private Double number() {
        var start = at;
        while (at < text.length() && "+-0123456789.eE".indexOf(text.charAt(at)) >= 0) at++;
        if (start == at) throw wrong();
        return Double.valueOf(text.substring(start, at));
    }

    private Object word(String word, Object value) {
        if (!text.startsWith(word, at)) throw wrong();
        at += word.length();
        return value;
    }

    private void space() {
        while (at < text.length() && Character.isWhitespace(text.charAt(at))) at++;
    }

    private char next() {
        if (at >= text.length()) throw wrong();
        return text.charAt(at);
    }

    private void expect(char wanted) {
        if (next() != wanted) throw wrong();
        at++;
    }

    private IllegalArgumentException wrong() {
        return new IllegalArgumentException("no JSON at " + at + ": " + text.substring(0, Math.min(200, text.length())));
    }
}
