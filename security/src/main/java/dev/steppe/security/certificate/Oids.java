package dev.steppe.security.certificate;

/** Object identifiers that certificates and requests use, by the names of their standards. */
final class Oids {
    static final String COMMON_NAME = "2.5.4.3";
    static final String SUBJECT_KEY_ID = "2.5.29.14";
    static final String KEY_USAGE = "2.5.29.15";
    static final String SUBJECT_ALTERNATIVE_NAME = "2.5.29.17";
    static final String BASIC_CONSTRAINTS = "2.5.29.19";
    static final String NAME_CONSTRAINTS = "2.5.29.30";
    static final String AUTHORITY_KEY_ID = "2.5.29.35";
    static final String EXTENDED_KEY_USAGE = "2.5.29.37";
    static final String SERVER_AUTHENTICATION = "1.3.6.1.5.5.7.3.1";
    static final String CLIENT_AUTHENTICATION = "1.3.6.1.5.5.7.3.2";
    static final String EXTENSION_REQUEST = "1.2.840.113549.1.9.14";
    static final String EC_KEY = "1.2.840.10045.2.1";
    static final String RSA_KEY = "1.2.840.113549.1.1.1";
    static final String ECDSA_SHA256 = "1.2.840.10045.4.3.2";

    private Oids() {}
}
