# How java is called for the agent and for commands: shared by ./steppe, which builds first, and the packaged program.
# Needs java_home (a Java 25), lib (the folder of the jars) and root (the folder with the examples). Built-ins only.

small_class_path() {
  class_path=$lib/cli.jar:$lib/jobspec.jar:$lib/language.jar:$lib/model.jar:$lib/jackson-core.jar:$lib/jspecify.jar:$lib/snakeyaml-engine.jar:$lib/bcprov-jdk18on.jar:$lib/re2j.jar
}

full_class_path() {
  local jar
  class_path=$lib/agent.jar
  for jar in "$lib"/*.jar; do
    [[ $jar == "$lib/agent.jar" ]] || class_path+=:$jar
  done
}

command_flags=(-XX:TieredStopAtLevel=1 -XX:+UseSerialGC -XX:-UsePerfData -Xlog:disable -Xlog:all=error:stderr
  --enable-native-access=ALL-UNNAMED)
# A small first heap: what a young agent leaves behind is collected instead of growing into memory the machine has. Without
# memory an agent ends and is started again, instead of going on with parts of it gone; tasks run on.
agent_flags=(-XX:+UseSerialGC -XX:+UseCompactObjectHeaders -XX:+ExitOnOutOfMemoryError -XX:-UsePerfData -Xms32m
  --enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow
  '-Djava.util.logging.SimpleFormatter.format=%1$tFT%1$tT.%1$tL%1$tz %4$s %3$s: %5$s%6$s%n')

launch() {
  local cache=() program=${1:-}
  # the one command of this group that asks an agent instead of being one
  [[ $program == agent && ${2:-} == join-token ]] && program=command
  case $program in
    agent | demo | doctor | config | tls)
      full_class_path
      # What a person waits for starts in half the time with the quick compiler alone; docs/decisions/070.
      [[ $1 != agent || " $* " == *" -dev "* || " $* " == *" --dev "* ]] && agent_flags+=(-XX:TieredStopAtLevel=1)
      exec "$java_home/bin/java" "${agent_flags[@]}" ${STEPPE_JAVA_OPTIONS:-} -Dsteppe.home="$root" -cp "$class_path" \
        dev.steppe.agent.Main "$@"
      ;;
    *)
      small_class_path
      [[ -f $lib/cli.aot ]] && cache=(-XX:AOTCache="$lib/cli.aot")
      exec "$java_home/bin/java" "${command_flags[@]}" "${cache[@]}" -cp "$class_path" dev.steppe.cli.Main "$@"
      ;;
  esac
}

# Start-up caches are a convenience: without one everything works, a little later. The training run reads a job file and
# finds no agent, which loads what most commands load.
make_caches() {
  small_class_path
  NOMAD_ADDR=http://127.0.0.1:9 "$java_home/bin/java" "${command_flags[@]}" -XX:AOTCacheOutput="$lib/cli.aot" \
    -cp "$class_path" dev.steppe.cli.Main job run -var jar=any "$root/examples/transcode-api.nomad"
}
