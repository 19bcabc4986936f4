import { z } from "zod";
import { duration } from "./basic-shapes";

/** What of the network a session is bound to. */
export const networkBinding = z.enum(["no_binding", "bind_asn", "bind_asn_network", "bind_asn_network_ip"]);
/** What of the place a session is bound to. */
export const geoipBinding = z.enum([
  "no_binding",
  "bind_continent",
  "bind_continent_country",
  "bind_continent_country_city",
]);

/** The session of a flow that is like that of the login unless it says otherwise. */
export const likeLogin = {
  sessionDuration: duration.optional().describe("How long the session lasts; as that of the login unless given."),
  rememberMeOffset: duration
    .optional()
    .describe("By how much people may lengthen the session; as at the login unless given."),
  networkBinding: networkBinding
    .optional()
    .describe("What of the network the session is bound to; as at the login unless given."),
  geoipBinding: geoipBinding
    .optional()
    .describe("What of the place the session is bound to; as at the login unless given."),
};
