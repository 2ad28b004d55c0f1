"""De-identification of DICOM instances: headers and burned-in text.

The front door. Attributes are imported when they are first asked for, so that `import anonymizer` costs
nothing and a header can be masked without the text detector. The function `deidentify` is imported from the
module of the same name.
"""

import socket
from importlib import import_module
from typing import TYPE_CHECKING, Any

# pydicom and TensorFlow import urllib3, which opens and binds a socket just to see whether there is IPv6. Told
# that there is none, it opens none. It stands here because worker processes begin here too.
socket.has_ipv6 = False

if TYPE_CHECKING:
    from anonymizer.batch import mask_batch as mask_batch
    from anonymizer.comparison import AttributeRow as AttributeRow
    from anonymizer.comparison import compare_headers as compare_headers
    from anonymizer.correction import KEPT as KEPT
    from anonymizer.correction import lifted as lifted
    from anonymizer.correction import mask_as_said as mask_as_said
    from anonymizer.correction import mask_drawn as mask_drawn
    from anonymizer.correction import place as place
    from anonymizer.deidentify import Layout as Layout
    from anonymizer.deidentify import Settings as Settings
    from anonymizer.device_rule_file import RuleFile as RuleFile
    from anonymizer.device_rule_file import all_rules as all_rules
    from anonymizer.device_rule_file import read_rule_file as read_rule_file
    from anonymizer.device_rule_file import rules_text as rules_text
    from anonymizer.device_rules import Action as Action
    from anonymizer.device_rules import Device as Device
    from anonymizer.device_rules import DeviceRule as DeviceRule
    from anonymizer.device_rules import device_of_file as device_of_file
    from anonymizer.device_rules import rules_for_file as rules_for_file
    from anonymizer.errors import AnonymizerError as AnonymizerError
    from anonymizer.errors import DeviceRuleError as DeviceRuleError
    from anonymizer.errors import KeyFileError as KeyFileError
    from anonymizer.errors import PatientError as PatientError
    from anonymizer.errors import PixelError as PixelError
    from anonymizer.errors import ProfileError as ProfileError
    from anonymizer.errors import PseudonymListError as PseudonymListError
    from anonymizer.errors import SourceError as SourceError
    from anonymizer.errors import TextFinderError as TextFinderError
    from anonymizer.errors import VaultError as VaultError
    from anonymizer.errors import VaultLockedError as VaultLockedError
    from anonymizer.errors import WriteError as WriteError
    from anonymizer.fragments import masks_otherwise as masks_otherwise
    from anonymizer.journal import Journal as Journal
    from anonymizer.key import SecretKey as SecretKey
    from anonymizer.known_patients import Field as Field
    from anonymizer.known_patients import KnownPatient as KnownPatient
    from anonymizer.known_patients import Person as Person
    from anonymizer.known_patients import people_of as people_of
    from anonymizer.list_checks import check_list as check_list
    from anonymizer.list_file import read_list as read_list
    from anonymizer.media_directory import write_media_directory as write_media_directory
    from anonymizer.options import OPTIONS as OPTIONS
    from anonymizer.options import Option as Option
    from anonymizer.passphrase import Judgement as Judgement
    from anonymizer.passphrase import Strength as Strength
    from anonymizer.passphrase import judge_passphrase as judge_passphrase
    from anonymizer.patient_store import Contents as Contents
    from anonymizer.patients import PatientRules as PatientRules
    from anonymizer.patients import Unlisted as Unlisted
    from anonymizer.patients import are_two_people as are_two_people
    from anonymizer.pool import Limits as Limits
    from anonymizer.profile import Profile as Profile
    from anonymizer.profile import load_profile as load_profile
    from anonymizer.profile import profile_names as profile_names
    from anonymizer.profile_conflicts import Conflict as Conflict
    from anonymizer.profile_conflicts import conflicts as conflicts
    from anonymizer.profile_text import describe_profile as describe_profile
    from anonymizer.profile_text import editable_copy as editable_copy
    from anonymizer.protection import KeyFile as KeyFile
    from anonymizer.protection import Keyring as Keyring
    from anonymizer.protection import Passphrase as Passphrase
    from anonymizer.protection import Protection as Protection
    from anonymizer.pseudonym_list import PseudonymList as PseudonymList
    from anonymizer.pseudonyms import Pseudonyms as Pseudonyms
    from anonymizer.rendering import DicomImage as DicomImage
    from anonymizer.rendering import read_image as read_image
    from anonymizer.report import Change as Change
    from anonymizer.report import Facts as Facts
    from anonymizer.report import FileRecord as FileRecord
    from anonymizer.report import Finding as Finding
    from anonymizer.report import Fragment as Fragment
    from anonymizer.report import Grade as Grade
    from anonymizer.report import Identity as Identity
    from anonymizer.report import Outcome as Outcome
    from anonymizer.report import Region as Region
    from anonymizer.source import Source as Source
    from anonymizer.source import find_sources as find_sources
    from anonymizer.text_finder import find_text as find_text
    from anonymizer.text_finder import read_text as read_text
    from anonymizer.vault import Vault as Vault
    from anonymizer.verify import VerifyRecord as VerifyRecord
    from anonymizer.verify import verify_data_set as verify_data_set
    from anonymizer.verify import verify_tree as verify_tree
    from anonymizer.vocabulary import OwnWords as OwnWords
    from anonymizer.vocabulary import normal as normal
    from anonymizer.word_store import WordAnswer as WordAnswer
    from anonymizer.word_store import WordStore as WordStore

_HOMES = {
    "batch": ("mask_batch",),
    "comparison": ("AttributeRow", "compare_headers"),
    "correction": ("KEPT", "lifted", "mask_as_said", "mask_drawn", "place"),
    "device_rule_file": ("RuleFile", "all_rules", "read_rule_file", "rules_text"),
    "device_rules": ("Action", "Device", "DeviceRule", "device_of_file", "rules_for_file"),
    "deidentify": ("Layout", "Settings"),
    "errors": ("AnonymizerError", "DeviceRuleError", "KeyFileError", "PatientError", "PixelError", "ProfileError",
               "PseudonymListError", "SourceError",
               "TextFinderError", "VaultError", "VaultLockedError", "WriteError"),
    "fragments": ("masks_otherwise",),
    "journal": ("Journal",),
    "key": ("SecretKey",),
    "known_patients": ("Field", "KnownPatient", "Person", "people_of"),
    "list_checks": ("check_list",),
    "list_file": ("read_list",),
    "passphrase": ("Judgement", "Strength", "judge_passphrase"),
    "patient_store": ("Contents",),
    "patients": ("PatientRules", "Unlisted", "are_two_people"),
    "media_directory": ("write_media_directory",),
    "pool": ("Limits",),
    "profile_conflicts": ("Conflict", "conflicts"),
    "options": ("OPTIONS", "Option"),
    "profile_text": ("describe_profile", "editable_copy"),
    "profile": ("Profile", "load_profile", "profile_names"),
    "pseudonym_list": ("PseudonymList",),
    "pseudonyms": ("Pseudonyms",),
    "protection": ("KeyFile", "Keyring", "Passphrase", "Protection"),
    "rendering": ("DicomImage", "read_image"),
    "report": ("Change", "Facts", "FileRecord", "Finding", "Fragment", "Grade", "Identity", "Outcome", "Region"),
    "source": ("Source", "find_sources"),
    "text_finder": ("find_text", "read_text"),
    "vault": ("Vault",),
    "verify": ("VerifyRecord", "verify_data_set", "verify_tree"),
    "vocabulary": ("OwnWords", "normal"),
    "word_store": ("WordAnswer", "WordStore"),
}  # fmt: skip
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}
__all__ = sorted(_HOME_OF)  # noqa: PLE0605 - made from the table above, which is the one list


def __getattr__(name: str) -> Any:
    if name not in _HOME_OF:
        raise AttributeError(f"module 'anonymizer' has no attribute {name!r}")
    return getattr(import_module(f"anonymizer.{_HOME_OF[name]}"), name)
