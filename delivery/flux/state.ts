import type { Part } from "./objects";

interface Backend {
  readonly type: string;
  readonly arguments: Readonly<Record<string, unknown>>;
}

/** Where a stack's state is, as its JSON has it, so that runners and workstations share state and lock. */
function backendOf({ json }: Part): Backend {
  const { backend } = json.terraform as { readonly backend: Readonly<Record<string, Backend["arguments"]>> };
  const [type = "", given = {}] = Object.entries(backend)[0] ?? [];
  return { type, arguments: given };
}

/** The backend in the controller's words. It writes the block itself, over that of the JSON. */
export function backendConfig(part: Part): object {
  const { type, arguments: given } = backendOf(part);
  if (type === "kubernetes") return { secretSuffix: given.secret_suffix, inClusterConfig: true };
  const lines = Object.entries(given).map(([name, value]) => `  ${name} = ${expression(value)}\n`);
  return { customConfiguration: `backend "${type}" {\n${lines.join("")}}\n` };
}

/** JSON is an expression of the engine's language, but for what it takes for templates. */
function expression(value: unknown): string {
  return JSON.stringify(value).replaceAll("${", "$${").replaceAll("%{", "%%{");
}

/** Names of the Secret that holds a stack's state and of the Lease that locks it, where they are in Kubernetes. */
export function stateNames(part: Part): { readonly secret: string; readonly lease: string } | undefined {
  const { type, arguments: given } = backendOf(part);
  if (type !== "kubernetes") return undefined;
  const secret = `tfstate-default-${String(given.secret_suffix)}`;
  return { secret, lease: `lock-${secret}` };
}

/** A plan is kept in one Secret, or, above 1 MiB, in numbered ones. */
const PLAN_PARTS = 10;

/** Matches the names of a plan's Secrets. */
export function planSecretPattern({ stack }: Part): string {
  return `tfplan-default-${stack}(-[0-9]+)?`;
}

/** Names of the Secrets that hold a plan until it is applied. */
export function planSecrets({ stack }: Part): string[] {
  const name = `tfplan-default-${stack}`;
  return [name, ...Array.from({ length: PLAN_PARTS }, (_, index) => `${name}-${index}`)];
}
