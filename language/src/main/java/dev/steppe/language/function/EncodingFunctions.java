package dev.steppe.language.function;

import dev.steppe.language.value.Value;
import java.net.URLEncoder;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Base64, CSV, JSON and URL encoding. */
final class EncodingFunctions {
    private EncodingFunctions() {}

    static void define(Definitions definitions) {
        definitions.add(
                "base64encode",
                1,
                arguments -> Value.of(
                        Base64.getEncoder().encodeToString(arguments.text(0).getBytes(StandardCharsets.UTF_8))));
        definitions.add("base64decode", 1, EncodingFunctions::decodeBase64);
        definitions.add("jsonencode", 1, arguments -> Value.of(Json.write(arguments.value(0))));
        definitions.add("jsondecode", 1, arguments -> JsonReader.read(arguments.text(0)));
        definitions.add(
                "urlencode",
                1,
                arguments -> Value.of(URLEncoder.encode(arguments.text(0), StandardCharsets.UTF_8)
                        .replace("*", "%2A")
                        .replace("%7E", "~")));
        definitions.add("csvdecode", 1, arguments -> decodeCsv(arguments.text(0)));
    }

    private static Value decodeBase64(Arguments arguments) throws FunctionException {
        try {
            byte[] bytes = Base64.getDecoder().decode(arguments.text(0));
            return Value.of(StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString());
        } catch (IllegalArgumentException wrong) {
            throw new FunctionException("argument 1 is not Base64");
        } catch (CharacterCodingException binary) {
            throw new FunctionException("the decoded bytes are not UTF-8 text");
        }
    }

    private static Value decodeCsv(String text) throws FunctionException {
        List<List<String>> rows = new CsvReader(text).rows();
        if (rows.isEmpty()) {
            throw new FunctionException("the header line is missing");
        }
        List<String> header = rows.getFirst();
        List<Value> objects = new ArrayList<>();
        for (int i = 1; i < rows.size(); i++) {
            List<String> row = rows.get(i);
            if (row.size() != header.size()) {
                throw new FunctionException(
                        "row " + (i + 1) + " has " + row.size() + " fields, the header has " + header.size());
            }
            Map<String, Value> object = new LinkedHashMap<>();
            for (int column = 0; column < header.size(); column++) {
                object.put(header.get(column), Value.of(row.get(column)));
            }
            objects.add(Value.of(object));
        }
        return Value.of(objects);
    }
}
