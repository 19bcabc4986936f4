/** Slug of the flow by which people enroll; `constructs/enrollment-steps.ts`, which knows no config, has it too. */
export const ENROLLMENT_FLOW = "iac-enrollment";
