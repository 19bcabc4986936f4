import type { Check } from "../finding";
import { problem } from "../finding";
import { asList, parseObject, textAt } from "../json";
import type { Block, Stack } from "../stack";
import { ignores, referencesOf } from "../stack";
import { parseTemplate } from "../template";

export const EMBEDDED = "authentik Embedded Outpost";

/** The config is stored as it is given; without a host the outpost cannot call home. */
export const outpostConfig: Check = function* ({ body }) {
  const config = textAt(body, "config");
  const template = config === undefined ? undefined : parseTemplate(config);
  const isComputed = template?.whole === true && config?.includes("authentik_host") === true;
  if (isComputed || (template && parseObject(template.text)?.["authentik_host"])) return;
  yield problem("outpost-config", "config must be stated with authentik_host; without it the outpost cannot call home");
};

/** Only the embedded outpost may be without providers, and a type serves its own kind alone. */
export const outpostProviders: Check = function* (block, stack) {
  const { name, protocol_providers: providers } = block.body;
  const type = textAt(block.body, "type") ?? "proxy";
  if (asList(providers).length === 0 && name !== EMBEDDED) {
    yield problem(
      "outpost-providers",
      "protocol_providers must not be empty; only the embedded outpost can wait for its first",
    );
  }
  const attached = stack.resources("authentik_outpost_provider_attachment").filter((attachment) => {
    return stack.referenced(attachment, "outpost") === block;
  });
  const listed = referencesOf(block, "protocol_providers");
  for (const { address } of [...listed, ...attached.flatMap((other) => referencesOf(other, "protocol_provider"))]) {
    const provider = stack.find(address);
    if (!provider || provider.type === `authentik_provider_${type}`) continue;
    yield problem("outpost-providers", `is given ${address}, which an outpost of type ${type} refuses`);
  }
};

/** The embedded outpost is the server's own: it is adopted, never created or deleted. */
export const embeddedOutpost: Check = function* ({ address, body }, stack) {
  if (body["name"] !== EMBEDDED || stack.imported.has(address)) return;
  yield problem("adopted", "the embedded outpost is on every server already; import it");
};

/** Each attachment reads the provider list, adds one and writes it all: two at a time lose one. */
export const attachments: Check = function* (block, stack) {
  const [outpost] = referencesOf(block, "outpost");
  if (!outpost) return;
  const isParallel = stack.resources(block.type).some((other) => {
    if (other === block || referencesOf(other, "outpost")[0]?.address !== outpost.address) return false;
    return !reaches(block, other.address, stack) && !reaches(other, block.address, stack);
  });
  if (isParallel) {
    const text = `races with the other attachments to ${outpost.address}; chain them with depends_on or list the providers there`;
    yield problem("outpost-attachment", text);
  }
  const owner = stack.find(outpost.address);
  if (owner?.mode === "resource" && !ignores(owner, "protocol_providers")) {
    const text = `${outpost.address} lists its providers itself; drop the attachment or ignore protocol_providers there`;
    yield problem("outpost-attachment", text);
  }
};

/** Whether a block waits for another, following `depends_on` alone. */
function reaches(from: Block, address: string, stack: Stack): boolean {
  const seen = new Set<string>();
  const open = [from];
  for (let block = open.pop(); block; block = open.pop()) {
    for (const reference of referencesOf(block, "depends_on")) {
      if (reference.address === address) return true;
      const next = stack.find(reference.address);
      if (!next || seen.has(next.address)) continue;
      seen.add(next.address);
      open.push(next);
    }
  }
  return false;
}
