"""The fixed words of pictures and of the catalogue, in both languages; ``words`` adds them to its table."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

CAPTIONS: Final[Mapping[str, tuple[str, str]]] = MappingProxyType(
    {
        # pictures
        "picture_case": ("Wat er dreigt: {name}", "What threatens: {name}"),
        "picture_described": (
            "Aantal valkuilen: {number}. Oorzaken van andere: {causes}. Maatregelen in het plan: {measures}.",
            "Pitfalls: {number}. Causes of others: {causes}. Measures in the plan: {measures}.",
        ),
        "picture_map": ("Alle valkuilen en wat ertegen helpt", "All pitfalls and what helps against them"),
        "picture_map_described": (
            "Aantal valkuilen: {number}, in {topics} onderwerpen. Aantal maatregelen: {measures}.",
            "Pitfalls: {number}, in {topics} topics. Measures: {measures}.",
        ),
        "leads_to": ("leidt tot", "leads to"),
        "aggravates": ("maakt erger", "makes worse"),
        "cause": ("oorzaak", "root cause"),
        "cause_means": ("begint hier, pak dit eerst aan", "it starts here, tackle it first"),
        "by_number": ("Aanpak: maatregel {numbers}", "What to do: measure {numbers}"),
        "no_measure_short": ("Geen maatregel in het plan", "No measure in the plan"),
        "alone": ("Staat op zichzelf", "Stands alone"),
        "not_drawn": (
            "Nog {number} valkuilen met minder risico zijn niet getekend.",
            "{number} more pitfalls of lower risk are not drawn.",
        ),
        "plan_panel": ("Maatregelen in het plan", "Measures in the plan"),
        "plan_empty": ("Er is nu geen maatregel nodig.", "No measure is needed now."),
        "map_full": ("neemt weg", "takes it away"),
        "map_partial": ("maakt kleiner", "makes it smaller"),
    }
)
