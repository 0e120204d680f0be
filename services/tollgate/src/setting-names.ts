/** What Kubernetes sets for each Service of a namespace: one that is named tollgate or kafka meets names of ours. */
const isOfKubernetes = (name: string, value: string): boolean =>
  /_SERVICE_(HOST|PORT(_\w+)?)$|_PORT_\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?$/.test(name) ||
  (name.endsWith('_PORT') && /^(tcp|udp|sctp):\/\//.test(value));

/** The environment as somebody has set it: without what Kubernetes sets, and without empty texts. */
export const givenIn = (environment: NodeJS.ProcessEnv): Record<string, string> =>
  Object.fromEntries(
    Object.entries(environment).flatMap(([name, value = '']) =>
      value === '' || isOfKubernetes(name, value) ? [] : [[name, value]],
    ),
  );

/** Names that look like settings and have no effect, each with the reason; for a warning. */
export const ignoredIn = (environment: NodeJS.ProcessEnv, known: readonly string[]): string[] =>
  Object.entries(environment).flatMap(([name, value = '']) => {
    if (value === '' || !/^(TOLLGATE|KAFKA)_/.test(name)) return [];
    if (isOfKubernetes(name, value))
      return [`${name} is ignored: Kubernetes sets it for a Service (enableServiceLinks: false keeps it from that)`];
    return known.includes(name) || name.startsWith('KAFKA_') ? [] : [`${name} is ignored: there is no such setting`];
  });

const lettersOff = 2;

/** Names that are nearly those of settings, each with what was meant: taken for a setting by who gave it, and by nobody else. */
export const misspeltIn = (environment: NodeJS.ProcessEnv, known: readonly string[]): string[] =>
  Object.keys(givenIn(environment))
    .filter((name) => !known.includes(name))
    .flatMap((name) => {
      const [nearest] = known
        .map((one) => ({ one, distance: distanceOf(name.toUpperCase(), one) }))
        .filter(({ distance }) => distance <= lettersOff)
        .sort((first, second) => first.distance - second.distance);
      return nearest === undefined ? [] : [`${name}: there is no such setting, do you mean ${nearest.one}?`];
    });

/** How many letters have to be put in, taken out or changed to get from one name to the other. */
const distanceOf = (from: string, to: string): number => {
  let row = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (let index = 0; index < from.length; index += 1) {
    const next = [index + 1];
    for (let at = 0; at < to.length; at += 1) {
      const changed = (row[at] ?? 0) + (from[index] === to[at] ? 0 : 1);
      next.push(Math.min(changed, (row[at + 1] ?? 0) + 1, (next[at] ?? 0) + 1));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
};
