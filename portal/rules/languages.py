"""Languages of charts and of what patients are given; by ISO 639-1."""

from enum import StrEnum


class Language(StrEnum):
    ENGLISH = "en"
    SPANISH = "es"
    CHINESE = "zh"
    TAGALOG = "tl"
    VIETNAMESE = "vi"
    ARABIC = "ar"
    FRENCH = "fr"
    KOREAN = "ko"
    RUSSIAN = "ru"
    PORTUGUESE = "pt"
    HAITIAN_CREOLE = "ht"

    @property
    def label(self) -> str:
        return self.name.replace("_", " ").capitalize() if self is not Language.HAITIAN_CREOLE else "Haitian Creole"
