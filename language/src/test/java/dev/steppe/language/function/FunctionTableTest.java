package dev.steppe.language.function;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.steppe.language.hcl.Evaluator;
import dev.steppe.language.hcl.Hcl;
import dev.steppe.language.hcl.Scope;
import dev.steppe.language.source.DiagnosticException;
import dev.steppe.language.source.Source;
import dev.steppe.language.value.Value;
import java.security.KeyPairGenerator;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Random;
import javax.crypto.Cipher;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.crypto.generators.OpenBSDBCrypt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What each function computes; the expected side is an expression without functions. */
class FunctionTableTest {
    private static final String EXAMPLES = """
            abs(-5)                                  | 5
            ceil(1.2)                                | 2
            floor(-1.2)                              | -2
            log(8, 2)                                | 3
            max(1, 3, 2)                             | 3
            min([3, 1]...)                           | 1
            parseint("ff", 16)                       | 255
            pow(2, 100)                              | 1267650600228229401496703205376
            signum(-3)                               | -1
            chomp("a\\n\\r\\n")                      | "a"
            format("%s-%03d-%.1f", "a", 7, 1.25)     | "a-007-1.2"
            format("%5s/%-5s/%t/%q", "a", "b", true, "c") | "    a/b    /true/\\"c\\""
            format("%[2]s %[1]s", "a", "b")          | "b a"
            format("%v %v %#v", [1, "a"], 5, "x")    | "[1,\\"a\\"] 5 \\"x\\""
            format("%x %X %o %b %e %%", 255, 255, 8, 5, 1500) | "ff FF 10 101 1.500000e+03 %"
            formatlist("%s:%d", ["a", "b"], [1, 2])  | ["a:1", "b:2"]
            formatlist("%s:%d", ["a", "b"], 7)       | ["a:7", "b:7"]
            indent(2, "a\\nb")                       | "a\\n  b"
            join(",", ["a", "b"], ["c"])             | "a,b,c"
            lower("ÄB")                              | "äb"
            upper("äb")                              | "ÄB"
            replace("a.b.c", ".", "-")               | "a-b-c"
            regex_replace("a1b22", "[0-9]+", "<$0>") | "a<1>b<22>"
            regex_replace("a1b22", "([0-9]+)", "<$1>") | "a<1>b<22>"
            regex_replace("k=v", "(?<k>\\\\w)=(?<v>\\\\w)", "$${v}=$${k}") | "v=k"
            split(",", "a,,b")                       | ["a", "", "b"]
            split("", "ab")                          | ["a", "b"]
            strlen("grün😀")                         | 5
            strrev("abc")                            | "cba"
            substr("hello", 1, 3)                    | "ell"
            substr("hello", -3, -1)                  | "llo"
            title("hello big world's a_b")           | "Hello Big World'S A_b"
            trim("??x??", "?")                       | "x"
            trimprefix("ab", "a")                    | "b"
            trimsuffix("ab", "b")                    | "a"
            trimspace(" a \\n")                      | "a"
            chunklist([1, 2, 3], 2)                  | [[1, 2], [3]]
            coalesce(null, "b")                      | "b"
            coalescelist([], [1])                    | [1]
            compact(["a", "", "b"])                  | ["a", "b"]
            concat([1], [2, 3])                      | [1, 2, 3]
            contains(["a"], "a")                     | true
            distinct([1, 2, 1])                      | [1, 2]
            element(["a", "b"], 3)                   | "b"
            flatten([[1], [2, [3]]])                 | [1, 2, 3]
            index(["a", "b"], "b")                   | 1
            keys({b = 1, a = 2})                     | ["a", "b"]
            values({b = 1, a = 2})                   | [2, 1]
            length("äb")                             | 2
            length({a = 1})                          | 1
            lookup({a = 1}, "b", 5)                  | 5
            merge({a = 1}, {a = 2, b = 3})           | {a = 2, b = 3}
            range(3)                                 | [0, 1, 2]
            range(1, 8, 3)                           | [1, 4, 7]
            range(2, 0)                              | [2, 1]
            reverse([1, 2])                          | [2, 1]
            reverse("abc")                           | "cba"
            setintersection(["a", "b"], ["b"])       | ["b"]
            setproduct(["a", "b"], [1])              | [["a", 1], ["b", 1]]
            setunion(["b"], ["a", "b"])              | ["a", "b"]
            slice([1, 2, 3], 1, 3)                   | [2, 3]
            sort(["b", "a"])                         | ["a", "b"]
            zipmap(["a"], [1])                       | {a = 1}
            base64encode("hä")                       | "aMOk"
            base64decode("aMOk")                     | "hä"
            csvdecode("a,b\\n1,\\"x,y\\"\\n")        | [{a = "1", b = "x,y"}]
            jsondecode("{\\"a\\": [1, 2.5, null, true, \\"\\\\u00e4\\"]}") | {a = [1, 2.5, null, true, "ä"]}
            jsonencode({b = [1, "<a>"], a = null})   | "{\\"a\\":null,\\"b\\":[1,\\"\\\\u003ca\\\\u003e\\"]}"
            urlencode("a b&c/ä*~")                   | "a+b%26c%2F%C3%A4%2A~"
            timeadd("2030-01-31T23:00:00Z", "2h")    | "2030-02-01T01:00:00Z"
            formatdate("DD MMM YYYY hh:mm 'at' ZZZ", "2030-01-05T03:04:05Z") | "05 Jan 2030 03:04 at UTC"
            md5("a")                                 | "0cc175b9c0f1b6a831c399e269772661"
            sha1("a")                                | "86f7e437faa5a7fce15d1ddcb9eaeaea377667b8"
            sha256("")                               | "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
            sha512("")                               | "cf83e1357eefb8bdf1542850d66d8007d620e4050b5715dc83f4a921d36ce9ce47d0d13c5d85f2b0ff8318d2877eec2f63b931bd47417a81a538327af927da3e"
            uuidv5("dns", "www.example.com")         | "2ed6657d-e927-568b-95e1-2665a8aea6a2"
            cidrhost("10.1.0.0/16", 260)             | "10.1.1.4"
            cidrhost("10.1.0.0/16", -1)              | "10.1.255.255"
            cidrhost("fd00::/64", 34)                | "fd00::22"
            cidrnetmask("10.0.0.0/12")               | "255.240.0.0"
            cidrsubnet("172.16.0.0/12", 4, 2)        | "172.18.0.0/16"
            cidrsubnet("fd00::/48", 16, 162)         | "fd00:0:0:a2::/64"
            cidrsubnets("10.1.0.0/16", 4, 4, 8, 4)   | ["10.1.0.0/20", "10.1.16.0/20", "10.1.32.0/24", "10.1.48.0/20"]
            try(jsondecode("x"), "no")               | "no"
            can(jsondecode("x"))                     | false
            convert(["b", "a", "b"], set(string))    | ["a", "b"]
            convert({a = "1"}, object({a = number})) | {a = 1}
            yamldecode("a: [1, 0x10, true, ~, x]\\nb: {c: \\"2\\"}") | {a = [1, 16, true, null, "x"], b = {c = "2"}}
            yamldecode("{a: yes, b: Off, c: 'no', d: 1_000, e: 010}") | {a = true, b = false, c = "no", d = 1000, e = 10}
            yamldecode("[!!str yes, !!str 1_0, ! off, !!bool on, !!int \\"7\\", True]") | ["yes", "1_0", "off", true, 7, true]
            yamldecode("- &x {a: 1}\\n- {<<: *x, b: 2}") | [{a = 1}, {a = 1, b = 2}]
            yamldecode("- &x {a: 1.50}\\n- *x")       | [{a = 1.5}, {a = 1.5}]
            yamlencode({b = ["x", 1], a = {}, c = [{d = null}]}) | "\\"a\\": {}\\n\\"b\\":\\n  - \\"x\\"\\n  - 1\\n\\"c\\":\\n  -\\n    \\"d\\": null\\n"
            yamlencode("x")                          | "\\"x\\"\\n"
            """;

    private static final String MISTAKES = """
            abs("x")                                 | argument 1 must be a number
            ceil([])                                 | argument 1 must be a number
            floor({})                                | argument 1 must be a number
            log(0, 2)                                | log()
            max()                                    | max()
            min([]...)                               | min()
            parseint("9", 8)                         | parseint()
            pow(10, 1000000)                         | pow()
            signum("x")                              | argument 1 must be a number
            chomp([])                                | argument 1 must be a string
            format("%d", "x")                        | format()
            format("%d", 1.5)                        | format()
            format("a", 1)                           | format()
            format("%9999s", 1)                      | format()
            formatlist("%d", ["x"])                  | formatlist()
            indent(100000000, "a\\nb")               | indent()
            join(",", 1)                             | join()
            lower([])                                | argument 1 must be a string
            upper({})                                | argument 1 must be a string
            replace("a", "b")                        | takes exactly 3 arguments
            regex_replace("a", "(", "")              | regex_replace()
            split(",")                               | takes exactly 2 arguments
            strlen([])                               | argument 1 must be a string
            strrev([])                               | argument 1 must be a string
            substr("a", "b", 1)                      | argument 2 must be a number
            title([])                                | argument 1 must be a string
            trim("a")                                | takes exactly 2 arguments
            trimprefix("a")                          | takes exactly 2 arguments
            trimsuffix("a")                          | takes exactly 2 arguments
            trimspace([])                            | argument 1 must be a string
            chunklist([1], -1)                       | chunklist()
            coalesce(null)                           | coalesce()
            coalescelist([])                         | coalescelist()
            compact([[]])                            | a list of strings
            concat([1], 2)                           | argument 2 must be a list
            contains("a", "a")                       | argument 1 must be a list
            distinct("a")                            | argument 1 must be a list
            element([], 0)                           | element()
            flatten("a")                             | argument 1 must be a list
            index([1], 2)                            | index()
            keys([1])                                | argument 1 must be an object
            values([1])                              | argument 1 must be an object
            length(5)                                | length()
            lookup({}, "a")                          | lookup()
            merge({}, [])                            | merge()
            range(0, 5, -1)                          | range()
            reverse(true)                            | argument 1 must be a list
            setintersection(["a"], "a")              | argument 2 must be a list
            setproduct(range(1000), range(1000))     | setproduct()
            setunion(["a"], "a")                     | argument 2 must be a list
            slice([1], 0, 2)                         | slice()
            sort([[]])                               | a list of strings
            zipmap(["a"], [])                        | zipmap()
            base64encode([])                         | argument 1 must be a string
            base64decode("!")                        | is not Base64
            base64decode("/w==")                     | not UTF-8
            csvdecode("")                            | header line is missing
            jsondecode("[1")                         | not JSON
            jsonencode()                             | takes exactly 1 argument
            urlencode([])                            | argument 1 must be a string
            yamldecode("a: [1")                      | not YAML
            yamldecode("a: 1\\na: 2")                | yamldecode()
            yamldecode("!!bool x")                  | neither true nor false
            yamldecode("[.inf]")                     | not a finite number
            yamldecode("? [a]\\n: 1")                | yamldecode()
            yamlencode()                             | takes exactly 1 argument
            timeadd("x", "1h")                       | timeadd()
            timeadd("2030-01-01T00:00:00Z", "x")     | timeadd()
            formatdate("QQ", "2030-01-01T00:00:00Z") | formatdate()
            md5([])                                  | argument 1 must be a string
            sha1([])                                 | argument 1 must be a string
            sha256([])                               | argument 1 must be a string
            sha512([])                               | argument 1 must be a string
            uuidv5("x", "y")                         | must be dns, url, oid, x500 or a UUID
            uuidv4(1)                                | takes exactly 0 arguments
            bcrypt("x", 31)                          | must be between 4 and 14
            rsadecrypt("x", "y")                     | rsadecrypt()
            rsadecrypt("eA==", "y")                  | PEM form
            cidrhost("10.0.0.0/33", 1)               | cidrhost()
            cidrhost("10.0.0.0/30", 4)               | cidrhost()
            cidrhost("example.com/8", 1)             | cidrhost()
            cidrsubnet("10.0.0.0/30", 3, 0)          | cidrsubnet()
            cidrsubnets("10.0.0.0/30", 3)            | cidrsubnets()
            cidrnetmask("fd00::/8")                  | cidrnetmask()
            convert("x", number)                     | convert
            try()                                    | try
            """;

    private static Value evaluate(String text) throws DiagnosticException {
        return new Evaluator(FunctionTable.standard().withRandom(new Random(1)))
                .evaluate(Hcl.parseExpression(new Source("test", text)), Scope.of(Map.of()));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = EXAMPLES)
    void function_computes_as_listed(String call, String expected) throws DiagnosticException {
        assertThat(evaluate(call)).isEqualTo(evaluate(expected));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = MISTAKES)
    void function_refuses_as_listed(String call, String message) {
        assertThatThrownBy(() -> evaluate(call))
                .as(call)
                .isInstanceOf(DiagnosticException.class)
                .hasMessageContaining(message);
    }

    @Test
    void every_function_has_an_example_and_a_mistake() {
        List<String> names = new ArrayList<>(
                FunctionTable.standard().withRandom(new Random(1)).names());
        names.addAll(List.of("can", "convert", "try"));
        assertThat(names).hasSize(75);
        for (String name : names) {
            if (!name.equals("uuidv4") && !name.equals("bcrypt") && !name.equals("rsadecrypt")) {
                assertThat(EXAMPLES).as(name).containsPattern("(?m)^" + name + "\\(");
            }
            if (!name.equals("can")) {
                assertThat(MISTAKES).as(name).containsPattern("(?m)^" + name + "\\(");
            }
        }
    }

    @Test
    void random_functions_take_their_randomness_as_they_are_given_it() throws Exception {
        FunctionTable first = FunctionTable.standard().withRandom(new Random(7));
        FunctionTable second = FunctionTable.standard().withRandom(new Random(7));
        String id = ((Value.Text) first.call("uuidv4", List.of())).text();
        assertThat(id).matches("[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}");
        assertThat(second.call("uuidv4", List.of())).isEqualTo(Value.of(id));
        assertThat(first.call("uuidv4", List.of())).isNotEqualTo(Value.of(id));
        String hash = ((Value.Text) first.call("bcrypt", List.of(Value.of("secret"), Value.of(4)))).text();
        assertThat(hash).startsWith("$2a$04$");
        assertThat(OpenBSDBCrypt.checkPassword(hash, "secret".toCharArray())).isTrue();
        assertThat(OpenBSDBCrypt.checkPassword(hash, "other".toCharArray())).isFalse();
        assertThat(FunctionTable.standard().names()).doesNotContain("uuidv4", "bcrypt");
    }

    @Test
    void what_was_encrypted_for_a_key_is_decrypted_with_it_in_both_forms() throws Exception {
        var generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(1024);
        var pair = generator.generateKeyPair();
        var cipher = Cipher.getInstance("RSA/ECB/PKCS1Padding");
        cipher.init(Cipher.ENCRYPT_MODE, pair.getPublic());
        Value encrypted = Value.of(Base64.getEncoder().encodeToString(cipher.doFinal("grün".getBytes(UTF_8))));
        byte[] pkcs8 = pair.getPrivate().getEncoded();
        byte[] pkcs1 = PrivateKeyInfo.getInstance(pkcs8)
                .parsePrivateKey()
                .toASN1Primitive()
                .getEncoded();
        FunctionTable table = FunctionTable.standard();
        assertThat(table.call("rsadecrypt", List.of(encrypted, pem("PRIVATE KEY", pkcs8))))
                .isEqualTo(Value.of("grün"));
        assertThat(table.call("rsadecrypt", List.of(encrypted, pem("RSA PRIVATE KEY", pkcs1))))
                .isEqualTo(Value.of("grün"));
        generator.initialize(1024);
        Value other =
                pem("PRIVATE KEY", generator.generateKeyPair().getPrivate().getEncoded());
        assertThatThrownBy(() -> table.call("rsadecrypt", List.of(encrypted, other)))
                .hasMessageContaining("not encrypted for this key");
    }

    private static Value pem(String what, byte[] der) {
        String text = Base64.getMimeEncoder().encodeToString(der);
        return Value.of("-----BEGIN " + what + "-----\n" + text + "\n-----END " + what + "-----\n");
    }

    @Test
    void a_short_yaml_text_does_not_become_a_huge_value() {
        var text = new StringBuilder("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
        for (int i = 1; i < 12; i++) {
            text.append("a").append(i).append(": &a").append(i).append(" [");
            text.append(("*a" + (i - 1) + ", ").repeat(10)).append("x]\n");
        }
        assertThatThrownBy(() -> FunctionTable.standard().call("yamldecode", List.of(Value.of(text.toString()))))
                .isInstanceOf(FunctionException.class)
                .hasMessageContaining("more than");
    }

    @Test
    void a_deep_yaml_text_is_refused() {
        for (String deep : new String[] {"[".repeat(100_000), "- ".repeat(1_000) + "x"}) {
            assertThatThrownBy(() -> FunctionTable.standard().call("yamldecode", List.of(Value.of(deep))))
                    .isInstanceOf(FunctionException.class)
                    .hasMessageContaining("more than 90 levels");
        }
    }

    @Test
    void a_caller_adds_functions_of_its_own() throws FunctionException {
        FunctionTable table = FunctionTable.standard().with("twice", arguments -> Value.of(arguments.size() * 2L));
        assertThat(table.call("twice", List.of(Value.none()))).isEqualTo(Value.of(2));
        assertThat(table.names()).contains("twice", "upper");
        assertThat(FunctionTable.standard().names()).doesNotContain("twice");
    }
}
