// Of the mail server of the tests, for 127.0.0.1, until 2126. Nobody trusts it but a test that says so.
//   openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 36500 -subj "/CN=mail server of the tests"
//     -addext subjectAltName=IP:127.0.0.1
export const CERTIFICATE = {
  key: `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg9f2BrUMEia6VIrw2
39TwLft6H3Mg/cBpSISxO+UaLaihRANCAARWahi0eP8KO73Fujvra25weFBTqHeX
ONVki7s/nB7Kx8p0nmzqlpIp7nkyHfsB8MpTwc5vru64M1CZ59EjHsDA
-----END PRIVATE KEY-----`,
  cert: `-----BEGIN CERTIFICATE-----
MIIBrTCCAVSgAwIBAgIUCbb7JClI71bojtTNgqmyFb7msdswCgYIKoZIzj0EAwIw
IzEhMB8GA1UEAwwYbWFpbCBzZXJ2ZXIgb2YgdGhlIHRlc3RzMCAXDTI2MTEyMzA0
NDk1OVoYDzIxMjYxMDMwMDQ0OTU5WjAjMSEwHwYDVQQDDBhtYWlsIHNlcnZlciBv
ZiB0aGUgdGVzdHMwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAARWahi0eP8KO73F
ujvra25weFBTqHeXONVki7s/nB7Kx8p0nmzqlpIp7nkyHfsB8MpTwc5vru64M1CZ
59EjHsDAo2QwYjAdBgNVHQ4EFgQU78WQiHKEn5398fN4mZCwV+uN/WYwHwYDVR0j
BBgwFoAU78WQiHKEn5398fN4mZCwV+uN/WYwDwYDVR0TAQH/BAUwAwEB/zAPBgNV
HREECDAGhwR/AAABMAoGCCqGSM49BAMCA0cAMEQCIAWaDE58WG1JF2LVWt9rUsrR
m7Ii1NRgdvf3z4bd3mxKAiA5iPdP6HEenqXZmJMlW9XSWFdY9rBt0hXAIlifl62K
Ow==
-----END CERTIFICATE-----`,
};
