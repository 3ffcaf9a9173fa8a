// A real OpenID Connect provider on loopback for the tests of single sign-on: node oidc-provider.mjs PORT REDIRECT SIGNOUT PEOPLE
// PEOPLE is a JSON file that is read at every sign-in: { "ada": { "name": "Ada", "groups": ["engineers"] } }
import { generateKeyPairSync } from "node:crypto";
import { readFileSync } from "node:fs";
import { Provider } from "oidc-provider";

const [port, redirect, signOut, people] = process.argv.slice(2);
const key = (type, options, alg) => ({ ...generateKeyPairSync(type, options).privateKey.export({ format: "jwk" }), use: "sig", alg, kid: alg });
const client = (id, alg) => ({
  client_id: id, client_secret: "a secret / with + signs", redirect_uris: [redirect], post_logout_redirect_uris: [signOut], id_token_signed_response_alg: alg,
});
const provider = new Provider(`http://127.0.0.1:${port}`, {
  clients: [client("headwater", "RS256"), client("headwater-es", "ES256")],
  jwks: { keys: [key("rsa", { modulusLength: 2048 }, "RS256"), key("ec", { namedCurve: "P-256" }, "ES256")] },
  claims: { openid: ["sub"], profile: ["name", "preferred_username"], email: ["email"], groups: ["groups"] },
  cookies: { keys: ["only for tests"] },
  pkce: { required: () => true },
  findAccount: (_, id) => ({
    accountId: id,
    claims: () => ({ sub: id, preferred_username: id, email: `${id}@example.org`, ...JSON.parse(readFileSync(people, "utf8"))[id] }),
  }),
});
provider.listen(Number(port), "127.0.0.1", () => console.log("ready"));
