package synth

import "strings"

// yichangStreets lists the streets. The ten of 西陵 and 伍家岗 and their codes are
// those of the national list; the seven others are invented and say so.
func yichangStreets() []subdistrict {
	return []subdistrict{
		{"420502", "001", "西陵街道", "Xiling Subdistrict", 9},
		{"420502", "002", "学院街道", "Xueyuan Subdistrict", 0},
		{"420502", "003", "云集街道", "Yunji Subdistrict", 2},
		{"420502", "004", "西坝街道", "Xiba Subdistrict", 4},
		{"420502", "005", "葛洲坝街道", "Gezhouba Subdistrict", 8},
		{"420502", "006", "夜明珠街道", "Yemingzhu Subdistrict", 8},
		{"420503", "001", "大公桥街道", "Dagongqiao Subdistrict", 7},
		{"420503", "002", "万寿桥街道", "Wanshouqiao Subdistrict", 9},
		{"420503", "003", "宝塔河街道", "Baotahe Subdistrict", 8},
		{"420503", "004", "伍家岗街道", "Wujiagang Subdistrict", 10},
		{"420504", "001", "江滨街道（虚构）", "Jiangbin Subdistrict (invented)", 7},
		{"420504", "002", "青岭街道（虚构）", "Qingling Subdistrict (invented)", 7},
		{"420505", "001", "长亭街道（虚构）", "Changting Subdistrict (invented)", 6},
		{"420505", "002", "临江街道（虚构）", "Linjiang Subdistrict (invented)", 7},
		{"420506", "001", "黄柏街道（虚构）", "Huangbai Subdistrict (invented)", 6},
		{"420506", "002", "平湖街道（虚构）", "Pinghu Subdistrict (invented)", 6},
		{"420506", "003", "松林街道（虚构）", "Songlin Subdistrict (invented)", 6},
	}
}

// division is a district (区) by its code of GB/T 2260.
type division struct{ code, name, nameEN, centre, centreEN string }

func yichangDistricts() []division {
	return []division{
		{"420502", "西陵区", "Xiling District", "西陵区城市管理监督指挥中心", "Xiling city-management supervision and command centre"},
		{"420503", "伍家岗区", "Wujiagang District", "伍家岗区城市管理处理中心", "Wujiagang city-management processing centre"},
		{"420504", "点军区", "Dianjun District", "点军区城市管理处理中心", "Dianjun city-management processing centre"},
		{"420505", "猇亭区", "Xiaoting District", "猇亭区城市管理处理中心", "Xiaoting city-management processing centre"},
		{"420506", "夷陵区", "Yiling District", "夷陵区城市管理处理中心", "Yiling city-management processing centre"},
	}
}

// knownNames are the seventeen communities of the managed area, which exist; each
// line is a street and its communities. Their codes and borders here are made up.
const knownNames = `
420502 002 尚书巷 Shangshuxiang 墨池巷 Mochixiang 中书街 Zhongshujie 四方堰 Sifangyan 环城北路 Huanchengbeilu
420502 002 东门外正街 Dongmenwaizhengjie 环城东路 Huanchengdonglu 解放路 Jiefanglu 翁家堰 Wengjiayan 气象台 Qixiangtai
420502 003 二马路 Ermalu 小林园 Xiaolinyuan 夷陵路 Yilinglu 桃花岭 Taohualing 果园路 Guoyuanlu
420502 001 铁路坝 Tieluba
420503 001 新隆康路 Xinlongkanglu
`

// inventedNames are for all other communities. None is meant to be a real one.
const inventedNames = `
东山 Dongshan 望江 Wangjiang 锦绣 Jinxiu 朝阳 Chaoyang 临溪 Linxi 青松 Qingsong 映月 Yingyue 石桥 Shiqiao 柏林 Bailin 梅岭 Meiling
云峰 Yunfeng 南湖 Nanhu 金桂 Jingui 荷塘 Hetang 翠竹 Cuizhu 长春 Changchun 西园 Xiyuan 桂苑 Guiyuan 江南 Jiangnan 渔村 Yucun
船厂 Chuanchang 码头 Matou 纱厂 Shachang 钟楼 Zhonglou 鼓楼 Gulou 书院 Shuyuan 学堂 Xuetang 文昌 Wenchang 和平 Heping 光明 Guangming
建设 Jianshe 新华 Xinhua 前进 Qianjin 胜景 Shengjing 团结 Tuanjie 友谊 Youyi 幸福 Xingfu 永安 Yong'an 长安 Chang'an 康宁 Kangning
福星 Fuxing 吉祥 Jixiang 如意 Ruyi 春晖 Chunhui 晨光 Chenguang 明珠 Mingzhu 星火 Xinghuo 红旗 Hongqi 曙光 Shuguang 向阳 Xiangyang
丰收 Fengshou 茶园 Chayuan 橘园 Juyuan 桑园 Sangyuan 柳林 Liulin 枫林 Fenglin 杨树坪 Yangshuping 樟树湾 Zhangshuwan 槐荫 Huaiyin 银杏 Yinxing
白沙 Baisha 黑石 Heishi 红岩 Hongyan 青草坝 Qingcaoba 沙湾 Shawan 龙井 Longjing 凤台 Fengtai 虎岭 Huling 鹤山 Heshan 鹿坪 Luping
马鞍 Ma'an 牛角 Niujiao 石板溪 Shibanxi 清水 Qingshui 甘泉 Ganquan 温塘 Wentang 三里 Sanli 五里 Wuli 七里 Qili 十里 Shili
双桥 Shuangqiao 三岔 Sancha 大坪 Daping 小坪 Xiaoping 上坝 Shangba 下坝 Xiaba 东湾 Dongwan 西湾 Xiwan 南坡 Nanpo 北坡 Beipo
花溪 Huaxi 桃溪 Taoxi 杏林 Xinglin 竹园 Zhuyuan 兰亭 Lanting 菊圃 Jupu 松涛 Songtao 听涛 Tingtao 观江 Guanjiang 平湖 Pinghu
峡口 Xiakou 江涛 Jiangtao 滨湖 Binhu 港区 Gangqu 工农 Gongnong 机场路 Jichanglu 车站 Chezhan 电厂 Dianchang 水厂 Shuichang 果木 Guomu
`

// knownCommunities enters the seventeen, in the order of the list.
func (p *plan) knownCommunities() {
	for _, line := range strings.Split(strings.TrimSpace(knownNames), "\n") {
		words := strings.Fields(line)
		street := p.street(words[0], words[1])
		for i := 2; i < len(words); i += 2 {
			p.communities = append(p.communities, community{street: street, name: words[i] + "社区", nameEN: words[i+1] + " Community"})
		}
	}
}

// nameCommunities gives the others a name each.
func (p *plan) nameCommunities() {
	words := strings.Fields(inventedNames)
	order := p.rng.Perm(len(words) / 2)
	k := 0
	for i := range p.communities {
		if c := &p.communities[i]; c.name == "" {
			c.name, c.nameEN = words[2*order[k]]+"社区", words[2*order[k]+1]+" Community"
			k++
		}
	}
}
