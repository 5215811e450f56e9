package dev.steppe.mesh.intention;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steppe.mesh.World;
import dev.steppe.model.Intention;
import dev.steppe.model.IntentionAction;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Proves that the most exact intention decides, in whatever order they were made. */
class IntentionsTest {
    private static final List<String> NAMES = List.of("*", "a", "b", "c");

    @ParameterizedTest
    @CsvSource({"web, db, 9", "*, db, 8", "web, *, 6", "*, *, 5"})
    void precedence_is_that_of_the_reference(String source, String destination, int expected) {
        assertThat(Precedence.of(source, destination)).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({
        "allow, '', true, default allow",
        "deny, '', false, default deny",
        "deny, web>db:allow, true, web -> db allow",
        "allow, web>db:deny, false, web -> db deny",
        "allow, web>db:allow *>db:deny, true, web -> db allow",
        "allow, web>db:deny *>db:allow, false, web -> db deny",
        "allow, web>*:allow *>db:deny, false, * -> db deny",
        "deny, web>*:allow *>*:deny, true, web -> * allow",
        "allow, *>*:deny, false, * -> * deny",
        "allow, api>db:deny web>cache:deny, true, default allow",
    })
    void the_most_exact_intention_decides(String otherwise, String rules, boolean allowed, String rule) {
        Intentions intentions =
                Intentions.of(parse(rules), IntentionAction.valueOf(otherwise.toUpperCase(java.util.Locale.ROOT)));
        Decision decision = intentions.decide("web", "db");
        assertThat(decision.allowed()).isEqualTo(allowed);
        assertThat(decision.rule()).isEqualTo(rule);
    }

    @Test
    void a_refusal_names_the_rule_and_the_command_that_would_allow_the_call() {
        Intentions none = Intentions.of(List.of(), IntentionAction.DENY);
        assertThat(none.decide("web", "db").explanation())
                .isEqualTo(
                        "web -> db is denied by default; no intention fits; to allow it: steppe intention create -allow web db");
        Intentions wild = Intentions.of(parse("*>db:deny"), IntentionAction.ALLOW);
        assertThat(wild.decide("web", "db").remedy()).contains("steppe intention create -allow web db");
        Intentions exact = Intentions.of(parse("web>db:deny"), IntentionAction.ALLOW);
        assertThat(exact.decide("web", "db").explanation())
                .isEqualTo("web -> db is denied by the intention web -> db deny (precedence 9); to allow it:"
                        + " steppe intention create -replace -allow web db");
        assertThat(none.decide("web", "db").by()).isEmpty();
        assertThat(Intentions.of(parse("web>db:allow"), IntentionAction.DENY)
                        .decide("web", "db")
                        .remedy())
                .isEmpty();
    }

    @Test
    void the_remedy_of_a_refusal_always_helps() {
        Random random = new Random(7);
        for (int round = 0; round < 2000; round++) {
            List<Intention> rules = someRules(random);
            IntentionAction otherwise = random.nextBoolean() ? IntentionAction.ALLOW : IntentionAction.DENY;
            Decision decision = Intentions.of(rules, otherwise).decide("a", "b");
            if (decision.allowed()) {
                continue;
            }
            boolean replaces = decision.remedy().orElseThrow().contains("-replace");
            Optional<Intention> existing = rules.stream()
                    .filter(rule ->
                            rule.source().equals("a") && rule.destination().equals("b"))
                    .findFirst();
            assertThat(replaces).as("replace only what is there").isEqualTo(existing.isPresent());
            List<Intention> after = new ArrayList<>(rules);
            existing.ifPresent(after::remove);
            after.add(World.intentionOf("a", "b", "allow"));
            assertThat(Intentions.of(after, otherwise).decide("a", "b").allowed())
                    .isTrue();
        }
    }

    @Test
    void order_of_creation_does_not_matter_and_no_more_exact_rule_is_ever_overruled() {
        Random random = new Random(42);
        for (int round = 0; round < 2000; round++) {
            List<Intention> rules = someRules(random);
            List<Intention> shuffled = new ArrayList<>(rules);
            Collections.shuffle(shuffled, random);
            String source = NAMES.get(1 + random.nextInt(3));
            String destination = NAMES.get(1 + random.nextInt(3));
            Decision decision = Intentions.of(rules, IntentionAction.ALLOW).decide(source, destination);
            assertThat(Intentions.of(shuffled, IntentionAction.ALLOW).decide(source, destination))
                    .isEqualTo(decision);
            int highest = rules.stream()
                    .filter(rule -> fits(rule.source(), source) && fits(rule.destination(), destination))
                    .mapToInt(rule -> Precedence.of(rule.source(), rule.destination()))
                    .max()
                    .orElse(0);
            int used = decision.by()
                    .map(rule -> Precedence.of(rule.source(), rule.destination()))
                    .orElse(0);
            assertThat(used).isEqualTo(highest);
        }
    }

    @Test
    void the_rules_of_a_service_are_those_that_can_decide_about_it() {
        Intentions intentions = Intentions.of(
                parse("*>*:deny web>db:allow api>*:allow *>db:deny web>cache:deny"), IntentionAction.ALLOW);
        assertThat(intentions.to("db"))
                .extracting(rule -> rule.source() + ">" + rule.destination())
                .containsExactly("web>db", "*>db", "api>*", "*>*");
        assertThat(intentions.from("web"))
                .extracting(rule -> rule.source() + ">" + rule.destination())
                .containsExactly("web>cache", "web>db", "*>db", "*>*");
        assertThat(intentions.ordered()).hasSize(5);
    }

    @ParameterizedTest
    @CsvSource({
        "'', db, source is missing",
        "web, '', destination is missing",
        "we*, db, whole name",
        "web, d*b, whole name",
        "web/x, db, cannot be a service",
        "'we b', db, cannot be a service",
    })
    void names_that_no_service_can_have_are_refused(String source, String destination, String hint) {
        assertThat(Admission.check(source, destination, Optional.empty(), Admission.Replacing.YES))
                .isInstanceOfSatisfying(
                        Admission.Refused.class,
                        refused -> assertThat(refused.reason()).contains(hint));
    }

    @Test
    void a_pair_that_exists_is_replaced_only_on_request() {
        Optional<Intention> existing = Optional.of(World.intentionOf("web", "db", "deny"));
        assertThat(Admission.check("web", "db", existing, Admission.Replacing.NO))
                .isEqualTo(new Admission.Refused(
                        "there is an intention web -> db (deny) already; use -replace to change it"));
        assertThat(Admission.check("web", "db", existing, Admission.Replacing.YES))
                .isEqualTo(new Admission.Accepted(existing));
        assertThat(Admission.check("*", "*", Optional.empty(), Admission.Replacing.NO))
                .isEqualTo(new Admission.Accepted(Optional.empty()));
    }

    private static boolean fits(String pattern, String name) {
        return pattern.equals("*") || pattern.equals(name);
    }

    /** At most one rule per pair, as the state keeps them. */
    private static List<Intention> someRules(Random random) {
        List<Intention> rules = new ArrayList<>();
        for (String source : NAMES) {
            for (String destination : NAMES) {
                if (random.nextInt(4) == 0) {
                    rules.add(World.intentionOf(source, destination, random.nextBoolean() ? "allow" : "deny"));
                }
            }
        }
        return rules;
    }

    /** Reads {@code source>destination:action}, separated by spaces. */
    private static List<Intention> parse(String rules) {
        List<Intention> parsed = new ArrayList<>();
        for (String rule : rules.split(" ", -1)) {
            if (!rule.isEmpty()) {
                String[] parts = rule.split("[>:]", -1);
                parsed.add(World.intentionOf(parts[0], parts[1], parts[2]));
            }
        }
        return parsed;
    }
}
