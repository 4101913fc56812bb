"""Throw-away certificate authorities, and a certificate for the brokers of a stack."""

import subprocess
from pathlib import Path

_KEY = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2")


class Certificates:
    """The folder `tls` of a stack; what is there already is left as it is, since all brokers share it."""

    def __init__(self, site_directory: Path) -> None:
        self._directory = site_directory / "tls"
        self.authority = self._directory / "ca.pem"
        self.other_authority = self._directory / "other-ca.pem"
        self.certificate = self._directory / "broker.pem"
        self.key = self._directory / "broker.key"
        # Both in one file, as Kafka wants them.
        self.key_and_certificate = self._directory / "broker-with-key.pem"

    def make(self) -> None:
        """An authority that nobody asked, and one that has signed a certificate for localhost and 127.0.0.1."""
        if self.key_and_certificate.exists():
            return
        self._directory.mkdir(exist_ok=True)
        for authority in (self.authority, self.other_authority):
            self._openssl(*_KEY, "-subj", f"/CN=Ordermesh test {authority.stem}", "-addext", "keyUsage=critical,keyCertSign",
                          "-keyout", str(authority.with_suffix(".key")), "-out", str(authority))
        self._openssl(*_KEY, "-subj", "/CN=broker", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1",
                      "-addext", "basicConstraints=critical,CA:FALSE", "-CA", str(self.authority),
                      "-CAkey", str(self.authority.with_suffix(".key")), "-keyout", str(self.key), "-out", str(self.certificate))
        self.key_and_certificate.write_text(self.key.read_text() + self.certificate.read_text())

    def variables(self) -> dict[str, str]:
        return {"BROKERS_CA_FILE": str(self.authority), "OTHER_CA_FILE": str(self.other_authority)}

    @staticmethod
    def _openssl(*arguments: str) -> None:
        subprocess.run(["openssl", "req", "-x509", *arguments], check=True, capture_output=True, timeout=30)
