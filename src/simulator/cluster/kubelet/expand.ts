/**
 * Replaces `$(NAME)` by the value of a variable, as Kubernetes does in commands, arguments and values of variables. `$$` stands for
 * one `$`, and an unknown name stays as it is.
 */
export function expand(text: string, variables: Readonly<Record<string, string>>): string {
  return text.replaceAll(/\$(?:\$|\((?<name>[^)]*)\))/g, (match: string, name: string | undefined) => {
    if (name === undefined) return '$';
    return Object.hasOwn(variables, name) ? (variables[name] ?? '') : match;
  });
}
