//! The session's own rejections.

use crate::reply::Rejection;

pub(super) const MALFORMED: Rejection<'static> = Rejection::fixed(500, (5, 5, 2), "Syntax error");
pub(super) const UNKNOWN_VERB: Rejection<'static> =
    Rejection::fixed(500, (5, 5, 1), "Command not recognized");
pub(super) const WRONG_ARGUMENT: Rejection<'static> =
    Rejection::fixed(501, (5, 5, 4), "Wrong argument");
pub(super) const BARE_LF: Rejection<'static> =
    Rejection::fixed(500, (5, 5, 2), "Lines must end with CRLF");
pub(super) const LINE_TOO_LONG: Rejection<'static> =
    Rejection::fixed(500, (5, 5, 2), "Line too long");
/// RFC 5321 §4.3.2 has no 555 for VRFY and EXPN.
pub(super) const UNKNOWN_QUERY_PARAMETER: Rejection<'static> =
    Rejection::fixed(504, (5, 5, 4), "Parameter not offered");
pub(super) const UNKNOWN_PARAMETER: Rejection<'static> =
    Rejection::fixed(555, (5, 5, 4), "Parameter not recognized or not offered");
pub(super) const NEED_HELLO: Rejection<'static> =
    Rejection::fixed(503, (5, 5, 1), "Send EHLO or HELO first");
pub(super) const NEED_LHLO: Rejection<'static> =
    Rejection::fixed(503, (5, 5, 1), "Send LHLO first");
pub(super) const NEED_MAIL: Rejection<'static> =
    Rejection::fixed(503, (5, 5, 1), "Send MAIL first");
pub(super) const NEED_RCPT: Rejection<'static> =
    Rejection::fixed(503, (5, 5, 1), "No valid recipients");
pub(super) const NESTED_MAIL: Rejection<'static> =
    Rejection::fixed(503, (5, 5, 1), "A transaction is open already");
pub(super) const IN_TRANSACTION: Rejection<'static> =
    Rejection::fixed(503, (5, 5, 1), "Not in a mail transaction");
pub(super) const NESTED_RCPT: Rejection<'static> =
    Rejection::fixed(503, (5, 5, 1), "No more recipients: the body has begun");
/// RFC 4865 §5.2.2.
pub(super) const HELD_TOO_LONG: Rejection<'static> =
    Rejection::fixed(501, (5, 5, 4), "Mail would be held until it is late");
/// RFC 3030 §2.
pub(super) const DATA_AFTER_BDAT: Rejection<'static> =
    Rejection::fixed(503, (5, 5, 1), "No DATA after BDAT");
/// RFC 3030 §3.
pub(super) const BINARY_NEEDS_BDAT: Rejection<'static> =
    Rejection::fixed(503, (5, 5, 1), "BODY=BINARYMIME needs BDAT");
pub(super) const TOO_MANY_RECIPIENTS: Rejection<'static> =
    Rejection::fixed(452, (4, 5, 3), "Too many recipients");
pub(super) const IRREGULAR_BODY: Rejection<'static> =
    Rejection::fixed(554, (5, 6, 0), "Message has a bare CR, a bare LF or a NUL");
pub(super) const TLS_ALREADY: Rejection<'static> =
    Rejection::fixed(503, (5, 5, 1), "TLS is active already");
pub(super) const PIPELINED_STARTTLS: Rejection<'static> =
    Rejection::fixed(554, (5, 5, 1), "Nothing may be sent after STARTTLS");
pub(super) const AUTH_TWICE: Rejection<'static> =
    Rejection::fixed(503, (5, 5, 1), "Authenticated already");
pub(super) const AUTH_IN_TRANSACTION: Rejection<'static> =
    Rejection::fixed(503, (5, 5, 1), "No AUTH in a mail transaction");
/// RFC 4954 §6.
pub(super) const NEEDS_TLS: Rejection<'static> =
    Rejection::fixed(538, (5, 7, 11), "Encryption required for this mechanism");
pub(super) const UNKNOWN_MECHANISM: Rejection<'static> =
    Rejection::fixed(504, (5, 5, 4), "Mechanism not offered");
pub(super) const AUTH_CANCELLED: Rejection<'static> =
    Rejection::fixed(501, (5, 0, 0), "Authentication cancelled");
pub(super) const AUTH_TOO_LONG: Rejection<'static> =
    Rejection::fixed(500, (5, 5, 6), "Authentication exchange line is too long");
pub(super) const AUTH_TOO_OFTEN: Rejection<'static> =
    Rejection::fixed(501, (5, 5, 0), "Too many responses: authentication cancelled");
pub(super) const NOT_BASE64: Rejection<'static> =
    Rejection::fixed(501, (5, 5, 2), "Response is not base64");
/// RFC 4954 §4: what is not base64 is told by 5.5.2, not as other arguments are.
pub(super) const AUTH_ARGUMENT: Rejection<'static> =
    Rejection::fixed(501, (5, 5, 2), "Wrong argument");
pub(super) const TOO_MANY_BAD_COMMANDS: Rejection<'static> =
    Rejection::fixed(421, (4, 7, 0), "Too many bad commands, closing connection");
pub(super) const TOO_MANY_REFUSALS: Rejection<'static> =
    Rejection::fixed(421, (4, 7, 0), "Too many requests were refused, closing connection");
pub(super) const HTTP: Rejection<'static> =
    Rejection::fixed(421, (4, 7, 0), "This is no HTTP server, closing connection");
/// RFC 5321 §3.1.
pub(super) const NO_SERVICE: Rejection<'static> =
    Rejection::fixed(503, (5, 5, 1), "No service here: send QUIT");
pub(super) const TIMEOUT: Rejection<'static> =
    Rejection::fixed(421, (4, 4, 2), "Timeout, closing connection");
pub(super) const SHUTTING_DOWN: Rejection<'static> =
    Rejection::fixed(421, (4, 3, 2), "Service shutting down");
