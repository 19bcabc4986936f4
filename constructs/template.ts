/** A text in which Terraform must see no template: `${` and `%{` stand for themselves. */
export function escapeTemplate(text: string): string {
  return text.replaceAll(/[$%](?=\{)/g, (sign) => sign + sign);
}
