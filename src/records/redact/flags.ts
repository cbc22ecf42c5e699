/**
 * Secrets behind the flags of a command line that stands in a text: `--token abc123`, `--password "…"`, `curl -u name:password`.
 *
 * The flag stays and its value goes. Sentences name flags too, so a value without quotes is hidden where it looks like no word.
 */
import { redacted } from "../text.js"
import { looksSecret } from "./assignments.js"

/** A flag and its value, in quotes or without; both are bounded, so that no text takes more than linear time. */
const flag =
  /(?<![\w-])(--([A-Za-z][\w-]{1,62})[ \t]{1,8}(?!-))(?:(\\{0,7}["'])([^"'\\\r\n]{1,1024})|([^\s"'\\,;)]{1,1024}))/g

/** Of a user and a password, the password; two numbers are a user and a group. */
const login = /(?<![\w-])((?:-u|--user)[ \t]{1,8}["']?[^\s:"'\\]{1,128}:)(?!\d{1,10}(?![^\s"'\\]))([^\s"'\\]{1,1024})/g

/** The text with `<redacted>` in place of what follows a secret's flag. */
export const redactFlags = (text: string, isSecret: (key: string) => boolean): string =>
  !text.includes("-")
    ? text
    : text
      .replace(flag, (whole, before: string, name: string, quote: string | undefined, quoted: string, plain: string) =>
        !isSecret(name) || (quote === undefined && !looksSecret(plain)) || (quoted ?? plain) === redacted
          ? whole
          : `${before}${quote ?? ""}${redacted}`)
      .replace(login, (whole, before: string) =>
        isSecret("password") ? `${before}${redacted}` : whole)
