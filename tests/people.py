"""The named cast: the people whom tests send through a procedure, each with the role they have in every test.

陈女士 has a leaking ceiling. 小李 takes her call, 周姐 dispatches, 小赵 of the water bureau signs, 老王 handles, 刘局长
heads the bureau; 孙审 reviews, 钱审 audits, 吴姐 calls back, 郑法 rules on returns, 冯编 publishes, 何密 keeps secrets,
蔡领导 leads, 何守 keeps identities.
"""

from __future__ import annotations

from huiying.procedure.routing import Level, Unit
from huiying.procedure.state import Actor

CITY, WATER, STREETS, PROPERTY, STREET, VILLAGE = "市政府", "市水务局", "市城管局", "福安物业", "东街街道", "东街社区"

UNITS = {
    unit.id: unit
    for unit in (
        Unit(CITY, Level.CITY),
        Unit(WATER, Level.DEPARTMENT, superior=CITY),
        Unit(STREETS, Level.DEPARTMENT, superior=CITY),
        Unit(STREET, Level.STREET, superior="东区"),
        Unit("东区", Level.DISTRICT, superior=CITY),
        Unit(VILLAGE, Level.VILLAGE, superior=STREET),
        Unit(PROPERTY, Level.VILLAGE, agent_of=STREETS),
        Unit("水务局二所", Level.DEPARTMENT, superior=WATER),
    )
}

CHEN = Actor("陈女士", "complainant")
LI = Actor("小李", "call_taker")
ZHOU = Actor("周姐", "dispatcher")
ZHAO = Actor("小赵", "clerk", WATER)
WANG = Actor("老王", "officer", WATER)
LIU = Actor("刘局长", "unit_head", WATER)
SUN = Actor("孙审", "supervisor")
QIAN = Actor("钱审", "auditor")
WU = Actor("吴姐", "follow_up")
ZHENG = Actor("郑法", "ruler")
FENG = Actor("冯编", "editor")
HE = Actor("何密", "secrecy_officer")
GUAN = Actor("管档", "administrator")
CAI = Actor("蔡领导", "leader")
SHOU = Actor("何守", "custodian")
STREETS_CLERK = Actor("小孟", "clerk", STREETS)
STREETS_OFFICER = Actor("老魏", "officer", STREETS)
CLOCK = Actor("系统", "clockwork")

EVERYONE = (
    CHEN,
    LI,
    ZHOU,
    ZHAO,
    WANG,
    LIU,
    SUN,
    QIAN,
    WU,
    ZHENG,
    FENG,
    HE,
    GUAN,
    CAI,
    SHOU,
    STREETS_CLERK,
    STREETS_OFFICER,
    CLOCK,
)
