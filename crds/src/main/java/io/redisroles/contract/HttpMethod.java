package io.redisroles.contract;

/** The request methods that a rule can name (RFC 9110 §9, RFC 5789). CONNECT is never forwarded and so has no name here. */
public enum HttpMethod {
    GET,
    HEAD,
    POST,
    PUT,
    PATCH,
    DELETE,
    OPTIONS,
    TRACE
}
