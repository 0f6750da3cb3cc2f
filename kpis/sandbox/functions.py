"""The functions that SQL typed by a person may call: no files, no settings, no clock, no chance."""

from __future__ import annotations

from ace_portal.lib.words import sentence as _

AGGREGATE = """
    any_value arg_max arg_min argmax argmin avg bool_and bool_or corr count count_if countif
    covar_pop covar_samp first last listagg max max_by mean median min min_by mode
    approx_count_distinct product quantile quantile_cont quantile_disc percentile_cont
    percentile_disc regr_intercept regr_r2 regr_slope skewness kurtosis stddev stddev_pop
    stddev_samp string_agg group_concat sum var_pop var_samp variance
"""
WINDOW = """
    cume_dist dense_rank first_value lag last_value lead nth_value ntile percent_rank rank
    row_number
"""
STRING = """
    ascii chr concat concat_ws contains ends_with instr left length len lower lpad ltrim md5
    position prefix regexp_extract regexp_full_match regexp_matches regexp_replace repeat replace
    reverse right rpad rtrim split_part starts_with strip_accents strlen strpos substr substring
    suffix translate trim ucase lcase upper levenshtein jaccard hash
"""
DATE = """
    age century date_diff datediff date_part datepart date_sub datesub date_trunc datetrunc day
    dayname dayofmonth dayofweek dayofyear decade epoch epoch_ms extract hour isodow isoyear
    last_day make_date make_timestamp microsecond millisecond minute month monthname quarter second
    strftime strptime try_strptime time_bucket timezone to_days to_hours to_minutes to_months
    to_seconds to_timestamp to_weeks to_years week weekday weekofyear year yearweek
    date_add
"""
MATH = """
    abs acos asin atan atan2 cbrt ceil ceiling cos cot degrees even exp factorial floor gcd greatest
    isfinite isinf isnan lcm least ln log log10 log2 mod nextafter pi pow power radians round sign
    sin sqrt tan trunc
"""
CONDITIONAL = "coalesce if ifnull nullif iff try_cast cast case grouping"

FUNCTIONS = frozenset(" ".join((AGGREGATE, WINDOW, STRING, DATE, MATH, CONDITIONAL)).split())

_EVERY_DAY = _("the same data must give the same figures on every day: use the greatest date in it")
_EVERY_TIME = _("the same data must give the same figures every time")
WHY_NOT = {
    "now": _EVERY_DAY,
    "today": _EVERY_DAY,
    "current_date": _(
        "the same data must give the same figures on every day: use the greatest date"
    ),
    "current_timestamp": _("the same data must give the same figures on every day"),
    "random": _EVERY_TIME,
    "uuid": _EVERY_TIME,
}
