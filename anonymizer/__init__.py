"""De-identification of DICOM instances: headers and burned-in text.

The front door. Attributes are imported when they are first asked for, so that `import anonymizer` costs
nothing and a header can be masked without the text detector. The function `deidentify` is imported from the
module of the same name.
"""

import os
import socket
from importlib import import_module
from typing import TYPE_CHECKING, Any

# pydicom and TensorFlow import urllib3, which opens and binds a socket just to see whether there is IPv6. Told
# that there is none, it opens none. It stands here because worker processes begin here too.
socket.has_ipv6 = False
# ONNX Runtime from 1.29 on reports home from Linux unless this is set before it is imported.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"

if TYPE_CHECKING:
    from anonymizer.batches.batch import mask_batch as mask_batch
    from anonymizer.batches.journal import Journal as Journal
    from anonymizer.batches.pool import Limits as Limits
    from anonymizer.batches.verify import VerifyRecord as VerifyRecord
    from anonymizer.batches.verify import tells_of as tells_of
    from anonymizer.batches.verify import verify_data_set as verify_data_set
    from anonymizer.batches.verify import verify_tree as verify_tree
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
    from anonymizer.errors import VaultRefusedError as VaultRefusedError
    from anonymizer.errors import WriteError as WriteError
    from anonymizer.files.exclusive import hold as hold
    from anonymizer.files.source import Source as Source
    from anonymizer.files.source import find_sources as find_sources
    from anonymizer.headers.comparison import AttributeRow as AttributeRow
    from anonymizer.headers.comparison import compare_headers as compare_headers
    from anonymizer.headers.fragments import masks_otherwise as masks_otherwise
    from anonymizer.identities.key import SecretKey as SecretKey
    from anonymizer.identities.known_patients import Field as Field
    from anonymizer.identities.known_patients import KnownPatient as KnownPatient
    from anonymizer.identities.known_patients import Person as Person
    from anonymizer.identities.known_patients import people_of as people_of
    from anonymizer.identities.list_checks import check_list as check_list
    from anonymizer.identities.list_file import read_list as read_list
    from anonymizer.identities.patients import PatientRules as PatientRules
    from anonymizer.identities.patients import Unlisted as Unlisted
    from anonymizer.identities.patients import are_two_people as are_two_people
    from anonymizer.identities.pseudonym_list import PseudonymList as PseudonymList
    from anonymizer.identities.pseudonyms import Pseudonyms as Pseudonyms
    from anonymizer.masking.deidentify import Layout as Layout
    from anonymizer.masking.deidentify import Settings as Settings
    from anonymizer.output.media_directory import write_media_directory as write_media_directory
    from anonymizer.pixels.correction import is_masked as is_masked
    from anonymizer.pixels.correction import is_shown as is_shown
    from anonymizer.pixels.correction import lifted as lifted
    from anonymizer.pixels.correction import mask_as_said as mask_as_said
    from anonymizer.pixels.correction import mask_drawn as mask_drawn
    from anonymizer.pixels.correction import masked_again as masked_again
    from anonymizer.pixels.correction import place as place
    from anonymizer.pixels.decoders import DECODERS as DECODERS
    from anonymizer.pixels.device_rule_file import RuleFile as RuleFile
    from anonymizer.pixels.device_rule_file import all_rules as all_rules
    from anonymizer.pixels.device_rule_file import read_rule_file as read_rule_file
    from anonymizer.pixels.device_rule_file import rules_text as rules_text
    from anonymizer.pixels.device_rules import Action as Action
    from anonymizer.pixels.device_rules import Device as Device
    from anonymizer.pixels.device_rules import DeviceRule as DeviceRule
    from anonymizer.pixels.device_rules import device_of_file as device_of_file
    from anonymizer.pixels.device_rules import rules_for_file as rules_for_file
    from anonymizer.pixels.rendering import DicomImage as DicomImage
    from anonymizer.pixels.rendering import open_image as open_image
    from anonymizer.pixels.rendering import read_image as read_image
    from anonymizer.pixels.shapes import covered as covered
    from anonymizer.pixels.shapes import fan as fan
    from anonymizer.pixels.shapes import outside as outside
    from anonymizer.pixels.shapes import polygon as polygon
    from anonymizer.pixels.text_finder import find_text as find_text
    from anonymizer.pixels.text_finder import read_text as read_text
    from anonymizer.pixels.verdicts import BY_READER as BY_READER
    from anonymizer.pixels.verdicts import KEPT as KEPT
    from anonymizer.profiles.options import OPTIONS as OPTIONS
    from anonymizer.profiles.options import Option as Option
    from anonymizer.profiles.pixel_policy import EVERY_SERIES as EVERY_SERIES
    from anonymizer.profiles.pixel_policy import MEANINGS as MEANINGS
    from anonymizer.profiles.pixel_policy import MaskText as MaskText
    from anonymizer.profiles.pixel_policy import PixelPolicy as PixelPolicy
    from anonymizer.profiles.pixel_policy import policy_from as policy_from
    from anonymizer.profiles.profile import Profile as Profile
    from anonymizer.profiles.profile import load_profile as load_profile
    from anonymizer.profiles.profile import profile_names as profile_names
    from anonymizer.profiles.profile_conflicts import Conflict as Conflict
    from anonymizer.profiles.profile_conflicts import conflicts as conflicts
    from anonymizer.profiles.profile_text import describe_profile as describe_profile
    from anonymizer.profiles.profile_text import editable_copy as editable_copy
    from anonymizer.report import BY_SEARCH as BY_SEARCH
    from anonymizer.report import Change as Change
    from anonymizer.report import Facts as Facts
    from anonymizer.report import FileRecord as FileRecord
    from anonymizer.report import Finding as Finding
    from anonymizer.report import Fragment as Fragment
    from anonymizer.report import Grade as Grade
    from anonymizer.report import Identity as Identity
    from anonymizer.report import Outcome as Outcome
    from anonymizer.report import Reading as Reading
    from anonymizer.report import Region as Region
    from anonymizer.vault.passphrase import Judgement as Judgement
    from anonymizer.vault.passphrase import Strength as Strength
    from anonymizer.vault.passphrase import judge_passphrase as judge_passphrase
    from anonymizer.vault.patient_store import Contents as Contents
    from anonymizer.vault.protection import KeyFile as KeyFile
    from anonymizer.vault.protection import Keyring as Keyring
    from anonymizer.vault.protection import Passphrase as Passphrase
    from anonymizer.vault.protection import Protection as Protection
    from anonymizer.vault.recovery import RecoveryCode as RecoveryCode
    from anonymizer.vault.vault import Vault as Vault
    from anonymizer.vault.word_store import WordAnswer as WordAnswer
    from anonymizer.vault.word_store import WordStore as WordStore
    from anonymizer.words.vocabulary import OwnWords as OwnWords
    from anonymizer.words.vocabulary import normal as normal

_HOMES = {
    "batches.batch": ("mask_batch",),
    "headers.comparison": ("AttributeRow", "compare_headers"),
    "pixels.correction": ("is_masked", "is_shown", "lifted", "mask_as_said", "mask_drawn", "masked_again",
                          "place"),
    "pixels.decoders": ("DECODERS",),
    "pixels.device_rule_file": ("RuleFile", "all_rules", "read_rule_file", "rules_text"),
    "pixels.device_rules": ("Action", "Device", "DeviceRule", "device_of_file", "rules_for_file"),
    "masking.deidentify": ("Layout", "Settings"),
    "errors": ("AnonymizerError", "DeviceRuleError", "KeyFileError", "PatientError", "PixelError", "ProfileError",
               "PseudonymListError", "SourceError",
               "TextFinderError", "VaultError", "VaultLockedError", "VaultRefusedError", "WriteError"),
    "headers.fragments": ("masks_otherwise",),
    "batches.journal": ("Journal",),
    "identities.key": ("SecretKey",),
    "identities.known_patients": ("Field", "KnownPatient", "Person", "people_of"),
    "identities.list_checks": ("check_list",),
    "identities.list_file": ("read_list",),
    "vault.passphrase": ("Judgement", "Strength", "judge_passphrase"),
    "vault.patient_store": ("Contents",),
    "identities.patients": ("PatientRules", "Unlisted", "are_two_people"),
    "output.media_directory": ("write_media_directory",),
    "batches.pool": ("Limits",),
    "profiles.profile_conflicts": ("Conflict", "conflicts"),
    "profiles.options": ("OPTIONS", "Option"),
    "profiles.profile_text": ("describe_profile", "editable_copy"),
    "pixels.verdicts": ("BY_READER", "KEPT"),
    "profiles.pixel_policy": ("EVERY_SERIES", "MEANINGS", "MaskText", "PixelPolicy", "policy_from"),
    "profiles.profile": ("Profile", "load_profile", "profile_names"),
    "identities.pseudonym_list": ("PseudonymList",),
    "identities.pseudonyms": ("Pseudonyms",),
    "vault.protection": ("KeyFile", "Keyring", "Passphrase", "Protection"),
    "pixels.rendering": ("DicomImage", "open_image", "read_image"),
    "report": ("BY_SEARCH", "Change", "Facts", "FileRecord", "Finding", "Fragment", "Grade", "Identity", "Outcome",
               "Reading", "Region"),
    "files.exclusive": ("hold",),
    "files.source": ("Source", "find_sources"),
    "pixels.shapes": ("covered", "fan", "outside", "polygon"),
    "pixels.text_finder": ("find_text", "read_text"),
    "vault.recovery": ("RecoveryCode",),
    "vault.vault": ("Vault",),
    "batches.verify": ("VerifyRecord", "tells_of", "verify_data_set", "verify_tree"),
    "words.vocabulary": ("OwnWords", "normal"),
    "vault.word_store": ("WordAnswer", "WordStore"),
}  # fmt: skip
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}
__all__ = sorted(_HOME_OF)  # noqa: PLE0605 - made from the table above, which is the one list


def __getattr__(name: str) -> Any:
    if name not in _HOME_OF:
        raise AttributeError(f"module 'anonymizer' has no attribute {name!r}")
    return getattr(import_module(f"anonymizer.{_HOME_OF[name]}"), name)
