import type { Values } from "../store";
import type { Maker } from "./maker";

const oauth = (scope: string, title: string, values: Values = {}): Values => ({
  managed: `goauthentik.io/providers/oauth2/scope-${scope}`,
  name: `authentik default OAuth Mapping: ${title}`,
  scope_name: scope,
  expression: "return {}",
  ...values,
});

const SCOPES: readonly Values[] = [
  oauth("openid", "OpenID 'openid'"),
  oauth("email", "OpenID 'email'", {
    description: "Email address",
    expression: `return {"email": request.user.email, "email_verified": False}`,
  }),
  oauth("profile", "OpenID 'profile'", {
    description: "General Profile Information",
    expression: `return {"name": request.user.name, "preferred_username": request.user.username}`,
  }),
  oauth("entitlements", "Application Entitlements", { description: "Application entitlements" }),
  oauth("offline_access", "OpenID 'offline_access'", {
    description: "Access to request new tokens without interaction",
  }),
  oauth("authentik_api", "authentik API access", {
    description: "authentik API Access on behalf of your user",
    scope_name: "goauthentik.io/api",
  }),
  {
    managed: "goauthentik.io/providers/proxy/scope-proxy",
    name: "authentik default OAuth Mapping: Proxy outpost",
    scope_name: "ak_proxy",
    description: "authentik Proxy - User information",
    expression: `return {"ak_proxy": {"is_superuser": request.user.is_superuser}}`,
  },
];

const saml = (name: string, title: string, saml_name: string, attribute: string): Values => ({
  managed: `goauthentik.io/providers/saml/${name}`,
  name: `authentik default SAML Mapping: ${title}`,
  saml_name,
  expression: `return request.user.${attribute}`,
});

const CLAIMS = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims";
const OWN = "http://schemas.goauthentik.io/2021/02/saml";
const MICROSOFT = "http://schemas.microsoft.com/ws/2008/06/identity/claims";

const SAML: readonly Values[] = [
  saml("upn", "UPN", `${CLAIMS}/upn`, "email"),
  saml("name", "Name", `${CLAIMS}/name`, "name"),
  saml("email", "Email", `${CLAIMS}/emailaddress`, "email"),
  saml("username", "Username", `${OWN}/username`, "username"),
  saml("uid", "User ID", `${OWN}/uid`, "pk"),
  saml("groups", "Groups", "http://schemas.xmlsoap.org/claims/Group", "username"),
  saml("ms-windowsaccountname", "WindowsAccountname (Username)", `${MICROSOFT}/windowsaccountname`, "username"),
];

const ldap = (name: string, title: string, expression: string): Values => ({
  managed: `goauthentik.io/sources/ldap/${name}`,
  name: `authentik default ${title}`,
  expression,
});

const LDAP: readonly Values[] = [
  ldap("default-dn-path", "LDAP Mapping: DN to User Path", `return {"path": source.get_user_path()}`),
  ldap("default-name", "LDAP Mapping: Name", `return {"name": ldap.get("name")}`),
  ldap("default-mail", "LDAP Mapping: mail", `return {"email": ldap.get("mail")}`),
  ldap("openldap-uid", "OpenLDAP Mapping: uid", `return {"username": ldap.get("uid")}`),
  ldap("openldap-cn", "OpenLDAP Mapping: cn", `return {"name": ldap.get("cn")}`),
];

/** The mappings that applications and sources use, under the names they are managed by. */
export function addMappings(maker: Maker): void {
  for (const values of SCOPES) maker.add("propertymappings/provider/scope", values);
  for (const values of SAML) maker.add("propertymappings/provider/saml", values);
  for (const values of LDAP) maker.add("propertymappings/source/ldap", values);
}
