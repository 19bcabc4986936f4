import { z } from "zod";
import { text, wholeNumber } from "./basic-shapes";

const avatars = z.strictObject({
  maxKiB: wholeNumber(16, 1024).default(512).describe("The largest picture; every answer about the person carries it."),
  types: z
    .array(z.enum(["png", "jpeg", "gif", "webp"]))
    .min(1)
    .default(["png", "jpeg", "gif", "webp"])
    .describe("Types a picture may have."),
});

export const userSettings = z.strictObject({
  title: text.default("Your settings").describe("Heading people read."),
  avatars: z
    .union([z.literal(false), avatars])
    .default({ maxKiB: 512, types: ["png", "jpeg", "gif", "webp"] })
    .describe("What pictures people may upload; `false` for none, which leaves those that were uploaded."),
});
