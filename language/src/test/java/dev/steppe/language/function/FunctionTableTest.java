package dev.steppe.language.function;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.steppe.language.hcl.Evaluator;
import dev.steppe.language.hcl.Hcl;
import dev.steppe.language.hcl.Scope;
import dev.steppe.language.source.DiagnosticException;
import dev.steppe.language.source.Source;
import dev.steppe.language.value.Value;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What each function computes; the expected side is an expression without functions. */
class FunctionTableTest {

    private static Value evaluate(String text) throws DiagnosticException {
        return new Evaluator(FunctionTable.standard())
                .evaluate(Hcl.parseExpression(new Source("test", text)), Scope.of(Map.of()));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
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
            title("hello big world")                 | "Hello Big World"
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
            """)
    void function_computes_as_listed(String call, String expected) throws DiagnosticException {
        assertThat(evaluate(call)).isEqualTo(evaluate(expected));
    }

    @Test
    void arguments_that_do_not_fit_are_refused() {
        for (String call : List.of(
                "element([], 0)",
                "index([1], 2)",
                "lookup({}, \"a\")",
                "parseint(\"9\", 8)",
                "pow(10, 1000000)",
                "format(\"%d\", \"x\")",
                "format(\"a\", 1)",
                "format(\"%9999s\", 1)",
                "zipmap([\"a\"], [])",
                "slice([1], 0, 2)",
                "coalesce(null)",
                "base64decode(\"!\")",
                "base64decode(\"/w==\")",
                "csvdecode(\"\")",
                "jsondecode(\"[1\")",
                "timeadd(\"x\", \"1h\")",
                "timeadd(\"2030-01-01T00:00:00Z\", \"x\")",
                "formatdate(\"QQ\", \"2030-01-01T00:00:00Z\")",
                "uuidv5(\"x\", \"y\")",
                "cidrhost(\"10.0.0.0/33\", 1)",
                "cidrhost(\"10.0.0.0/30\", 4)",
                "cidrsubnet(\"10.0.0.0/30\", 3, 0)",
                "cidrnetmask(\"fd00::/8\")",
                "cidrhost(\"example.com/8\", 1)",
                "range(0, 5, -1)",
                "indent(100000000, \"a\\nb\")",
                "log(0, 2)",
                "setproduct(range(1000), range(1000))",
                "regex_replace(\"a\", \"(\", \"\")",
                "min([]...)")) {
            assertThatThrownBy(() -> evaluate(call)).as(call).isInstanceOf(DiagnosticException.class);
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
