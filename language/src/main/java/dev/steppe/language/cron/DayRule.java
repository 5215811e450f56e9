package dev.steppe.language.cron;

import java.time.DayOfWeek;
import java.time.LocalDate;
import java.time.temporal.ChronoUnit;
import java.time.temporal.TemporalAdjusters;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Locale;

/** Which days one field of a cron expression names. */
@FunctionalInterface
interface DayRule {

    boolean names(LocalDate day);

    /** Of the field day of month: numbers, {@code L} for the last, {@code 15W} for the workday nearest, {@code LW}. */
    static DayRule ofMonth(String text) throws MalformedCronException {
        var numbers = new BitSet();
        List<DayRule> special = new ArrayList<>();
        for (String item : text.toUpperCase(Locale.ROOT).split(",", -1)) {
            if (item.equals("L")) {
                special.add(day -> day.getDayOfMonth() == day.lengthOfMonth());
            } else if (item.equals("LW") || item.equals("WL")) {
                special.add(day -> day.equals(nearestWorkday(day, day.lengthOfMonth())));
            } else if (item.endsWith("W")) {
                int wanted = CronField.DAY_OF_MONTH.number(item.substring(0, item.length() - 1), item);
                special.add(day -> wanted <= day.lengthOfMonth() && day.equals(nearestWorkday(day, wanted)));
            } else {
                CronField.DAY_OF_MONTH.add(item, numbers);
            }
        }
        return any(special, day -> numbers.get(day.getDayOfMonth()));
    }

    /** Of the field day of week: numbers and names, {@code 5L} for the last Friday, {@code 5#3} for the third. */
    static DayRule ofWeek(String text) throws MalformedCronException {
        var numbers = new BitSet();
        List<DayRule> special = new ArrayList<>();
        for (String item : text.toUpperCase(Locale.ROOT).split(",", -1)) {
            int hash = item.indexOf('#');
            if (hash > 0) {
                var wanted = weekday(item.substring(0, hash), item);
                String count = item.substring(hash + 1);
                if (count.length() != 1 || count.charAt(0) < '1' || count.charAt(0) > '5') {
                    throw CronField.DAY_OF_WEEK.wrong(item, "needs a number from 1 to 5 after #");
                }
                int which = count.charAt(0) - '0';
                special.add(day -> day.getDayOfWeek() == wanted && (day.getDayOfMonth() - 1) / 7 + 1 == which);
            } else if (item.length() > 1 && item.endsWith("L")) {
                var wanted = weekday(item.substring(0, item.length() - 1), item);
                special.add(day -> day.getDayOfWeek() == wanted && day.getDayOfMonth() + 7 > day.lengthOfMonth());
            } else {
                CronField.DAY_OF_WEEK.add(item, numbers);
            }
        }
        return any(special, day -> numbers.get(day.getDayOfWeek().getValue() % 7));
    }

    private static DayRule any(List<DayRule> special, DayRule plain) {
        var all = new ArrayList<>(special);
        all.add(plain);
        return day -> all.stream().anyMatch(rule -> rule.names(day));
    }

    private static DayOfWeek weekday(String text, String item) throws MalformedCronException {
        int number = CronField.DAY_OF_WEEK.number(text, item);
        return DayOfWeek.of(number % 7 == 0 ? 7 : number);
    }

    /** The day from Monday to Friday nearest to a day of the month, without leaving the month. */
    private static LocalDate nearestWorkday(LocalDate month, int dayOfMonth) {
        var day = month.withDayOfMonth(dayOfMonth);
        return switch (day.getDayOfWeek()) {
            case SATURDAY -> dayOfMonth == 1 ? day.plusDays(2) : day.minusDays(1);
            case SUNDAY ->
                day.equals(day.with(TemporalAdjusters.lastDayOfMonth()))
                        ? day.minus(2, ChronoUnit.DAYS)
                        : day.plusDays(1);
            default -> day;
        };
    }
}
