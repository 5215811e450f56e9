package dev.steppe.language.cron;

import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.util.BitSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * A cron expression: the local times it names. Five fields (minute, hour, day of month, month, day of week), a sixth for
 * the year, and with seven a first one for the second; or a name such as {@code @daily}. When both day fields say
 * something, a day that one of them names is named.
 */
public final class CronExpression {
    private static final int LAST_YEAR = 2099;

    private final String text;
    private final BitSet seconds;
    private final BitSet minutes;
    private final BitSet hours;
    private final BitSet months;
    private final BitSet years;
    private final DayRule days;

    private CronExpression(String text, List<String> fields) throws MalformedCronException {
        this.text = text;
        seconds = CronField.SECOND.numbers(fields.get(0));
        minutes = CronField.MINUTE.numbers(fields.get(1));
        hours = CronField.HOUR.numbers(fields.get(2));
        months = CronField.MONTH.numbers(fields.get(4));
        years = CronField.YEAR.numbers(fields.get(6));
        var ofMonth = DayRule.ofMonth(fields.get(3));
        var ofWeek = DayRule.ofWeek(fields.get(5));
        if (CronField.isEverything(fields.get(5))) {
            days = ofMonth;
        } else if (CronField.isEverything(fields.get(3))) {
            days = ofWeek;
        } else {
            days = day -> ofMonth.names(day) || ofWeek.names(day);
        }
    }

    /** Reads an expression. */
    public static CronExpression parse(String text) throws MalformedCronException {
        String written = text.strip();
        if (written.startsWith("@")) {
            return new CronExpression(text, List.of(named(written).split(" ")));
        }
        var fields = List.of(written.split("\\s+"));
        try {
            return switch (fields.size()) {
                case 5 -> new CronExpression(text, List.of(("0 " + written + " *").split("\\s+")));
                case 6 -> new CronExpression(text, List.of(("0 " + written).split("\\s+")));
                case 7 -> new CronExpression(text, fields);
                default ->
                    throw new MalformedCronException("it has " + fields.size()
                            + " fields; 5 are needed (minute, hour, day of month, month, day of week), 6 with a year at"
                            + " the end, 7 with a second at the beginning too");
            };
        } catch (MalformedCronException wrong) {
            throw new MalformedCronException("cron \"" + text + "\": " + wrong.getMessage());
        }
    }

    private static String named(String name) throws MalformedCronException {
        return switch (name.toLowerCase(Locale.ROOT)) {
            case "@yearly", "@annually" -> "0 0 0 1 1 * *";
            case "@monthly" -> "0 0 0 1 * * *";
            case "@weekly" -> "0 0 0 * * 0 *";
            case "@daily", "@midnight" -> "0 0 0 * * * *";
            case "@hourly" -> "0 0 * * * * *";
            default ->
                throw new MalformedCronException("cron \"" + name
                        + "\" is not a name that is known; these are: @yearly, @monthly, @weekly, @daily, @hourly");
        };
    }

    /** Whether it names times in every hour of a day: then it is about how much time goes by, not about the clock. */
    boolean isEveryHour() {
        return hours.cardinality() == 24;
    }

    /** The first local time it names at or after another one. */
    Optional<LocalDateTime> from(LocalDateTime start) {
        var day = start.toLocalDate();
        var time =
                start.getNano() == 0 ? start.toLocalTime() : start.toLocalTime().withNano(0);
        while (day.getYear() <= LAST_YEAR) {
            if (!years.get(day.getYear())) {
                day = LocalDate.of(day.getYear() + 1, 1, 1);
                time = LocalTime.MIDNIGHT;
            } else if (!months.get(day.getMonthValue())) {
                day = day.withDayOfMonth(1).plusMonths(1);
                time = LocalTime.MIDNIGHT;
            } else {
                var found = days.names(day) ? timeFrom(time) : Optional.<LocalTime>empty();
                if (found.isPresent()) {
                    return Optional.of(day.atTime(found.get()));
                }
                day = day.plusDays(1);
                time = LocalTime.MIDNIGHT;
            }
        }
        return Optional.empty();
    }

    private Optional<LocalTime> timeFrom(LocalTime start) {
        for (int hour = hours.nextSetBit(start.getHour()); hour >= 0; hour = hours.nextSetBit(hour + 1)) {
            boolean sameHour = hour == start.getHour();
            int firstMinute = sameHour ? start.getMinute() : 0;
            for (int minute = minutes.nextSetBit(firstMinute); minute >= 0; minute = minutes.nextSetBit(minute + 1)) {
                boolean sameMinute = sameHour && minute == start.getMinute();
                int second = seconds.nextSetBit(sameMinute ? start.getSecond() : 0);
                if (second >= 0) {
                    return Optional.of(LocalTime.of(hour, minute, second));
                }
            }
        }
        return Optional.empty();
    }

    @Override
    public String toString() {
        return text;
    }
}
