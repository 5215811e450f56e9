package dev.steppe.cli.access;

import dev.steppe.cli.json.Json;
import dev.steppe.cli.terminal.Fields;

/** How tokens are shown. */
final class Tokens {
    private Tokens() {}

    static Fields fields(Json token) {
        var fields = new Fields();
        fields.put("Accessor ID", token.text("AccessorID"));
        fields.put("Secret ID", token.text("SecretID"));
        fields.put("Name", token.text("Name"));
        fields.put("Type", token.text("Type"));
        fields.put("Create Time", token.text("CreateTime"));
        fields.put("Expiry Time", "<none>");
        fields.put("Create Index", token.text("CreateIndex"));
        return fields;
    }
}
