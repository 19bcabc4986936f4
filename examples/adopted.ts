import { defineSite } from "../config/schema";

/**
 * authentik's own login and brand changed in place, on an authentik that runs already and sends mail: recovery, invitations
 * and settings of our own for everybody, at every host. Look at the stage `default-authentication-login` first: what is said
 * of its bindings here is what it will have.
 */
export default defineSite({
  name: "adopted",
  version: { server: "2026.5.6", chart: "2026.5.6", provider: "2026.5.0" },
  backend: "minimal.backend.tf.json",
  authentik: { url: "https://auth.example.org", apiToken: { from: "env" } },
  adopt: {
    login: { sessionDuration: "weeks=4", networkBinding: "no_binding", geoipBinding: "no_binding" },
    brand: {},
  },
  recovery: {},
  enrollment: { by: "invitation", assignableGroups: ["staff"] },
  userSettings: { avatars: false },
  groups: { staff: { name: "Staff" } },
});
