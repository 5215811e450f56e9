package dev.steppe.language.template;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steppe.language.source.DiagnosticException;
import dev.steppe.language.source.Source;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** What templates make of the cluster's data, and what they say they wait for. */
class ClusterDataTest {
    private final FixedData data = new FixedData();

    private String render(String text) throws DiagnosticException {
        return switch (Template.parse(new Source("t", text), Template.Rules.STANDARD)
                .render(data, false)) {
            case Rendered.Complete complete -> complete.text();
            case Rendered.Waiting waiting -> "waits for " + waiting.missing();
        };
    }

    private static Datum instance(String node, String id, int port, String status, Map<String, String> meta) {
        return Shapes.instance(new Shapes.Instance(
                node,
                "id-" + node,
                "10.0.0." + node.length(),
                new TreeMap<>(),
                "10.0.0." + node.length(),
                id,
                "web",
                List.of("b", "a"),
                status,
                port,
                new TreeMap<>(meta),
                List.of()));
    }

    private void web() {
        data.known(
                "health.service(web)",
                Datum.of(List.of(
                        instance("n2", "w2", 81, "passing", Map.of("v", "2")),
                        instance("n1", "w1", 80, "passing", Map.of("v", "1")),
                        instance("n3", "w3", 80, "critical", Map.of()))));
    }

    @Test
    void service_gives_what_passes_in_the_order_of_nodes() throws DiagnosticException {
        web();
        assertThat(render("{{ range service \"web\" }}server {{ .Node }} {{ .Address }}:{{ .Port }};{{ end }}"))
                .isEqualTo("server n1 10.0.0.2:80;server n2 10.0.0.2:81;");
        assertThat(render("{{ range service \"web|any\" }}{{ .ID }}{{ end }}")).isEqualTo("w1w2w3");
        assertThat(render("{{ range service \"web\" \"critical\" }}{{ .ID }}{{ .Status }}{{ end }}"))
                .isEqualTo("w3critical");
        assertThat(render("{{ range service \"web\" }}{{ .Tags }}{{ .Tags.Contains \"a\" }}{{ .ServiceMeta.v }}"
                        + "[{{ .NodeMeta.none }}]{{ end }}"))
                .isEqualTo("[a b]true1[][a b]true2[]");
    }

    @Test
    void services_are_grouped() throws DiagnosticException {
        web();
        assertThat(render("{{ range $p, $s := service \"web|any\" | byPort }}{{ $p }}:{{ len $s }} {{ end }}"))
                .isEqualTo("80:2 81:1 ");
        assertThat(render("{{ range $t, $s := service \"web\" | byTag }}{{ $t }}:{{ len $s }} {{ end }}"))
                .isEqualTo("a:2 b:2 ");
        assertThat(
                        render(
                                "{{ range $t, $s := service \"web|any\" | byMeta \"v|int,x\" }}{{ $t }}:{{ len $s }} {{ end }}"))
                .isEqualTo("00000__no_x_:1 00001__no_x_:1 00002__no_x_:1 ");
    }

    @Test
    void a_service_without_instances_does_not_hold_up() throws DiagnosticException {
        data.known("health.service(web)", Datum.of(List.of()));
        assertThat(render("[{{ range service \"web\" }}x{{ else }}none{{ end }}]"))
                .isEqualTo("[none]");
    }

    @Test
    void all_that_is_missing_is_named_at_once() throws DiagnosticException {
        data.absent("kv.block(b)");
        assertThat(render("{{ key \"a\" }}{{ key \"/b\" }}{{ service \"s\" }}{{ nomadVar \"v/w\" }}"))
                .isEqualTo("waits for [kv.block(a), kv.block(b), health.service(s), nomad.var.block(v/w)]");
    }

    @Test
    void a_mistake_that_comes_from_missing_data_is_no_mistake_yet() throws DiagnosticException {
        assertThat(render("{{ index (split \",\" (key \"a\")) 1 }}")).isEqualTo("waits for [kv.block(a)]");
    }

    @Test
    void keys_with_defaults_wait_only_until_it_is_known_that_there_is_none() throws DiagnosticException {
        assertThat(render("{{ keyOrDefault \"a\" \"d\" }}")).isEqualTo("waits for [kv.block(a)]");
        data.absent("kv.block(a)");
        assertThat(render("{{ keyOrDefault \"a\" \"d\" }} {{ keyExists \"a\" }}"))
                .isEqualTo("d false");
        data.known("kv.block(a)", Datum.of("v"));
        assertThat(render("{{ keyOrDefault \"a\" \"d\" }} {{ keyExists \"a\" }} {{ key \"a\" }}"))
                .isEqualTo("v true v");
    }

    private static Datum pair(String path, String value) {
        return Shapes.pair(new Shapes.Pair(path, value, 1, 2, 0, 0, ""));
    }

    @Test
    void keys_below_a_prefix() throws DiagnosticException {
        data.known(
                "kv.list(app)",
                Datum.of(List.of(pair("app/", ""), pair("app/a", "1"), pair("app/b/c", "2"), pair("app/b/", ""))));
        assertThat(render("{{ range ls \"app\" }}{{ .Key }}={{ .Value }} {{ end }}"))
                .isEqualTo("a=1 ");
        assertThat(render("{{ range tree \"app\" }}{{ .Key }}={{ .Value }} {{ end }}"))
                .isEqualTo("a=1 b/c=2 ");
        assertThat(render("{{ tree \"app\" | explode }}")).isEqualTo("map[a:1 b:map[c:2]]");
        assertThat(render(
                        "{{ range $k, $p := tree \"app\" | byKey }}{{ $k }}:{{ range $n, $v := $p }}{{ $n }}={{ $v.Value }}"
                                + "{{ end }}{{ end }}"))
                .isEqualTo("b:c=2");
        data.known("kv.list(none)", Datum.of(List.of()));
        assertThat(render("{{ ls \"none\" }}")).isEqualTo("[]");
        assertThat(render("{{ safeLs \"none\" }}")).isEqualTo("waits for [kv.list(none)]");
    }

    @Test
    void variables_are_maps_whose_items_know_where_they_are_from() throws DiagnosticException {
        var origin = new Shapes.VariableOrigin("default", "nomad/jobs/a", 3, 4, Instant.EPOCH, Instant.EPOCH);
        data.known(
                "nomad.var.block(nomad/jobs/a)", Shapes.variable(origin, new TreeMap<>(Map.of("k", "v<", "a", "b"))));
        assertThat(render(
                        "{{ with nomadVar \"nomad/jobs/a\" }}{{ .k }} {{ .k.Value }} [{{ .none }}] {{ .Keys }} {{ .Values }}"
                                + " {{ range .Tuples }}{{ .Key }}={{ .Value }} {{ end }}{{ .Metadata.Path }} {{ .Parent.Items.a }}"
                                + " {{ eq .k \"v<\" }} {{ .k | toUpper }}{{ end }}"))
                .isEqualTo("v< v< [] [a k] [b v<] a=b k=v< nomad/jobs/a b true V<");
        assertThat(render("{{ nomadVar \"nomad/jobs/a\" | toJSON }} {{ nomadVarExists \"nomad/jobs/a\" }}"))
                .isEqualTo("{\"a\":\"b\",\"k\":\"v\\u003c\"} true");
        data.known("nomad.var.list(nomad)", Datum.of(List.of(Shapes.variableOrigin(origin))));
        assertThat(render("{{ range nomadVarList \"nomad\" }}{{ . }} {{ .ModifyIndex }}{{ end }}"))
                .isEqualTo("nomad/jobs/a 4");
        data.absent("nomad.var.block(none)");
        assertThat(render("{{ nomadVarExists \"none\" }}")).isEqualTo("false");
        assertThat(render("{{ with nomadVar \"none\" }}{{ end }}")).isEqualTo("waits for [nomad.var.block(none)]");
    }

    private static Datum nomadInstance(String id) {
        return Shapes.nomadInstance(
                new Shapes.NomadInstance(id, "api", "n1", "10.0.0.1", 80, "dc1", List.of(), "job", "alloc-" + id));
    }

    @Test
    void a_chosen_instance_stays_chosen_when_another_comes() throws DiagnosticException {
        data.known("nomad.service(api)", Datum.of(List.of(nomadInstance("a"), nomadInstance("b"), nomadInstance("c"))));
        String template = "{{ range nomadService 1 \"seed\" \"api\" }}{{ .ID }}{{ end }}";
        String chosen = render(template);
        assertThat(render("{{ range nomadService \"api\" }}{{ .ID }}{{ end }}")).isEqualTo("abc");
        data.known("nomad.service(api)", Datum.of(List.of(nomadInstance("c"), nomadInstance("b"), nomadInstance("a"))));
        assertThat(render(template)).isEqualTo(chosen).hasSize(1);
    }

    @Test
    void foreign_partitions_and_distances_are_refused_by_name() {
        for (String name : List.of("web?ns=team", "web~_agent", "web@dc1|sick", "we b")) {
            assertThat(org.assertj.core.api.Assertions.catchThrowable(() -> render("{{ service \"" + name + "\" }}")))
                    .as(name)
                    .isInstanceOf(DiagnosticException.class);
        }
    }

    @Test
    void what_was_asked_is_told_also_when_all_is_there() throws DiagnosticException {
        data.known("kv.block(a)", Datum.of("web"));
        web();
        var rendered = Template.parse(
                        new Source("t", "{{ range service (key \"a\") }}{{ end }}"), Template.Rules.STANDARD)
                .render(data, false);
        assertThat(rendered.used()).map(Query::toString).containsExactly("kv.block(a)", "health.service(web)");
    }

    @Test
    void times_are_written_by_layout() throws DiagnosticException {
        assertThat(render("{{ timestamp }} {{ timestamp \"unix\" }} {{ timestamp \"Mon Jan _2 03:04:05.00 PM 06\" }}"))
                .isEqualTo("2026-03-04T15:06:07Z 1772636767 Wed Mar  4 03:06:07.08 PM 26");
        assertThat(render("{{ timestamp \"Monday January 2, 002 .999 -0700 MST 1/2/2006 15h 3pm 4 5\" }}"))
                .isEqualTo("Wednesday March 4, 063 .089 +0000 UTC 3/4/2026 15h 3pm 6 7");
    }
}
